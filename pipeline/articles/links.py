"""Brings links to one canonical form.

Two links to the same article are then equal. Only the address is used, not the network. In doubt two links stay different: identifiers and
unknown parameters stay.
"""

import re
from contextlib import suppress
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit

_SCHEMES = {"http", "https"}
_DEFAULT_PORTS = {None, 80, 443}

# Prefixes of hosts with the same pages. The rest must still be a domain: "co.uk" is not, so "m.co.uk" stays.
_HOST_PREFIXES = ("www.", "m.", "mobile.", "amp.", "www2.", "www3.")
_NOT_A_DOMAIN = re.compile(r"[^.]*|(?:ac|co|com|edu|gob|gouv|gov|go|ne|net|or|org)\.[a-z]{2}")
# Caches of AMP pages have the original address in their own, after `s/` if it is an https address.
_AMP_CACHE = re.compile(
    r"https?://(?:(?:www\.)?google(?:\.[a-z]{2,3}){1,2}/amp|[a-z0-9-]+\.cdn\.ampproject\.org/[a-z])/(s/)?(?=[^/]+\.)", re.IGNORECASE
)

# An address in so many hidden caches, or more, was made to cost time.
_MOST_CACHES = 5

# Parameters that say where a visitor came from.
_TRACKING = re.compile(
    r"(?:utm|hsa|pk|mtm|piwik|matomo|oly|vero|gaa|guce)_\w+|at_(?:medium|campaign|format|custom\d|link_\w+|bbc_team|ptr_\w+)|mc_[ce]id|"
    r"ns_(?:campaign|mchannel|source|linkname|fee)|fb_(?:action_\w+|ref|source)|_(?:ga|gl|hsenc|hsmi|openstat)|[gd]clid|gclsrc|[gw]braid|fbclid|"
    r"msclkid|twclid|ttclid|yclid|dicbo|igshid|igsh|mkt_tok|cmpid|cmp|ncid|smid|smtyp|soc_src|soc_trk|sr_share|srnd|wprov|xtor|spm|"
    r"ref_?(?:src|url)|referr?er|guccounter|phpsessid|jsessionid",
    re.IGNORECASE,
)
# The same, unless the value has a digit: it may be the number of the article.
_MAYBE_TRACKING = re.compile(r"ref|icid|ito|mod|partner|rss|share|sh|taid|tpcc|trk|via|linkid|campaign_id|feed", re.IGNORECASE)
_AMP = re.compile(r"amp(?:=(?:1|true|yes)?)?|(?:outputtype|output|view)=amp", re.IGNORECASE)

_INDEX = re.compile(r"(?:index|default)\.(?:html?|shtml|php|aspx?|jsp)", re.IGNORECASE)
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_PATH_MARKS = "!$&'()*+,;=:@~"
_QUERY_MARKS = "!$'()*,;:@/?~"


def canonical_link(url: str) -> str | None:
    """Return the canonical form of a link.

    None for an invalid web address, with nothing after the host, or in too many AMP caches (`_MOST_CACHES`). The scheme becomes https.
    Removed are host prefixes such as `www.` and `m.` (`_HOST_PREFIXES`), ports 80 and 443, user, fragment (unless it selects a page: `#!`,
    `#/`), AMP cache and variant (`/amp`), index file, trailing slash, session and tracking parameters. Other parameters are sorted by name,
    and escapes are normalized. The function is idempotent.
    """
    for _ in range(_MOST_CACHES):
        link = _normalize(url)
        if link is None or not _AMP_CACHE.match(link):
            return link
        url = link
    return None


def _normalize(url: str) -> str | None:
    """Normalize a link once.

    The result may be in an AMP cache that was hidden by a user, a port or escapes. None as for `canonical_link`.
    """
    try:
        parts = urlsplit(_unwrap_amp_cache(url))
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _SCHEMES or not host:
        return None
    host, path, query = _normalize_host(host), _normalize_path(parts.path), _normalize_query(parts.query)
    route = _normalize_route(parts.fragment)
    if not host or not (path or query or route):
        return None
    return f"https://{host}{'' if port in _DEFAULT_PORTS else f':{port}'}{path}{query}{route}"


def _unwrap_amp_cache(url: str) -> str:
    """Return the original address of an AMP cache, else the URL."""
    url = url.strip()
    while match := _AMP_CACHE.match(url):
        url = f"http{'s' if match[1] else ''}://{url[match.end() :]}"
    return url


def _normalize_host(host: str) -> str:
    """Return the host in lower-case ASCII, without prefixes such as `www.`.

    A prefix stays if the rest is no domain, as in `m.co.uk`.
    """
    name = host.lower().rstrip(".")
    with suppress(UnicodeError):  # a label is too long or empty: not a real host, but the result must stay the same for the same name
        name = name.encode("idna").decode("ascii")
    name = quote(name, safe=".:%").lower().rstrip(".")
    while name.startswith(_HOST_PREFIXES) and not _NOT_A_DOMAIN.fullmatch(name.partition(".")[2]):
        name = name.partition(".")[2]
    return f"[{name}]" if ":" in name else name


def _normalize_path(path: str) -> str:
    """Remove session, empty names, AMP variants and index files from the path."""
    names = [_SESSION.sub("", _normalize_escapes(name, _PATH_MARKS)) for name in path.split("/")]
    names = [name for name in names if name]
    while (shorter := _remove_variant(names)) != names:
        names = shorter
    return "".join(f"/{name}" for name in names)


def _remove_variant(names: list[str]) -> list[str]:
    """Remove one AMP variant or index file from a path's names.

    `names`: what is between the slashes. Returns a new list, equal to `names` if there is none.
    """
    if names and _INDEX.fullmatch(names[-1]):
        return names[:-1]
    if len(names) > 1 and names[-1].lower() == "amp":
        return names[:-1]
    if len(names) > 1 and names[0].lower() == "amp":
        return names[1:]
    return [*names[:-1], re.sub(r"(?i)(?<=.)\.amp(?=(?:\.html?)?$)", "", names[-1])] if names else []


def _normalize_query(query: str) -> str:
    """Return the query with `?`, without irrelevant parameters, sorted by name.

    Empty if no parameter is left. Parameters of the same name stay in order, which may matter.
    """
    parameters = []
    for part in query.split("&"):
        name, equals, value = part.replace("+", " ").partition("=")
        name = quote(unquote(name, errors="replace"), safe=_QUERY_MARKS)
        value = equals + _normalize_escapes(value, _QUERY_MARKS + "=")
        if part and not _is_irrelevant(name, value):
            parameters.append((name, value))
    parameters.sort(key=lambda pair: pair[0])
    return "?" + "&".join(name + value for name, value in parameters) if parameters else ""


def _is_irrelevant(name: str, value: str) -> bool:
    """Return whether a parameter is for tracking or selects the AMP variant.

    Both have normalized escapes; `value` begins with `=`, if there is one. Names that may mean something else (`_MAYBE_TRACKING`) count
    only if the value has no digit.
    """
    plain_name = unquote(name)
    if _AMP.fullmatch(name + value) or _TRACKING.fullmatch(plain_name):
        return True
    return _MAYBE_TRACKING.fullmatch(plain_name) is not None and not any(mark.isdigit() for mark in unquote(value))


def _normalize_route(fragment: str) -> str:
    """Return the fragment with `#` if it selects a page (`#!`, `#/`).

    Empty for other fragments, which are positions on a page.
    """
    return f"#{_normalize_escapes(fragment, _PATH_MARKS + '/?')}" if len(fragment) > 1 and fragment[0] in "!/" else ""


def _normalize_escapes(text: str, marks: str) -> str:
    """Decode escapes, then percent-encode all but ASCII letters, digits, `_.-~`, `marks`."""
    return quote(unquote_to_bytes(text), safe=marks)
