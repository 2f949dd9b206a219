"""The address of an article without what does not name the article, so that two links to one article are equal.

Belongs here: what of an address may differ while the article is the same, as far as the address itself tells. Does not: asking the network
where a link leads, judging whether it is a link at all (`clean.py`).

Every rule errs on the side of two articles: identifiers in a query stay, and so does whatever this module does not know.
"""

import re
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit

_SCHEMES = {"http", "https"}
_DEFAULT_PORTS = {None, 80, 443}

# Hosts of the same pages in another dress; what is left must still be a domain ("m.co.uk" is none without its "m").
_DRESS = ("www.", "m.", "mobile.", "amp.", "www2.", "www3.")
_NO_DOMAIN = re.compile(r"[^.]*|(?:ac|co|com|edu|gob|gouv|gov|go|ne|net|or|org)\.[a-z]{2}")
# Stores of AMP pages write the address that they store into their own.
_STORE = re.compile(
    r"https?://(?:(?:www\.)?google(?:\.[a-z]{2,3}){1,2}/amp|[a-z0-9-]+\.cdn\.ampproject\.org/[a-z])/(s/)?(?=[^/]+\.)", re.IGNORECASE
)

# Parameters that say where a reader came from.
_TRACKS = re.compile(
    r"(?:utm|hsa|pk|mtm|piwik|matomo|oly|vero|gaa|guce)_\w+|at_(?:medium|campaign|format|custom\d|link_\w+|bbc_team|ptr_\w+)|mc_[ce]id|"
    r"ns_(?:campaign|mchannel|source|linkname|fee)|fb_(?:action_\w+|ref|source)|_(?:ga|gl|hsenc|hsmi|openstat)|[gd]clid|gclsrc|[gw]braid|fbclid|"
    r"msclkid|twclid|ttclid|yclid|dicbo|igshid|igsh|mkt_tok|cmpid|cmp|ncid|smid|smtyp|soc_src|soc_trk|sr_share|srnd|wprov|xtor|spm|"
    r"ref_?(?:src|url)|referr?er|guccounter|phpsessid|jsessionid",
    re.IGNORECASE,
)
# The same, unless they hold a number, which may be that of the article.
_MAY_TRACK = re.compile(r"ref|icid|ito|mod|partner|rss|share|sh|taid|tpcc|trk|via|linkid|campaign_id|feed", re.IGNORECASE)
_AMP = re.compile(r"amp(?:=(?:1|true|yes)?)?|(?:outputtype|output|view)=amp", re.IGNORECASE)

_INDEX = re.compile(r"(?:index|default)\.(?:html?|shtml|php|aspx?|jsp)", re.IGNORECASE)
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_PATH_MARKS = "!$&'()*+,;=:@~"
_QUERY_MARKS = "!$'()*,;:@/?~"


def canonical_link(url: str) -> str | None:
    """The link as https, its host without `www.`, `m.`, `mobile.` and `amp.`; no default port, user, fragment, AMP variant, index file,
    trailing slash or parameters that say where a reader came from; other parameters in order of their names, escapes written one way.

    None for a bare host, which names no article, and for what is no link of the web. The canonical form of a canonical link is itself.
    """
    try:
        parts = urlsplit(_unstored(url))
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _SCHEMES or not host:
        return None
    path, query = _path(parts.path), _query(parts.query)
    route = _route(parts.fragment)
    if not (path or query or route):
        return None
    return f"https://{_host(host)}{'' if port in _DEFAULT_PORTS else f':{port}'}{path}{query}{route}"


def _unstored(url: str) -> str:
    url = url.strip()
    while stored := _STORE.match(url):
        url = f"http{'s' if stored[1] else ''}://{url[stored.end() :]}"
    return url


def _host(host: str) -> str:
    name = host.lower().rstrip(".")
    try:
        name = name.encode("idna").decode("ascii")
    except UnicodeError:  # a label is too long or empty: no host of today's web, but one name stays one name
        name = quote(name, safe=".:%")
    while name.startswith(_DRESS) and not _NO_DOMAIN.fullmatch(name.partition(".")[2]):
        name = name.partition(".")[2]
    return f"[{name}]" if ":" in name else name


def _path(path: str) -> str:
    names = [_escaped(name, _PATH_MARKS) for name in _SESSION.sub("", path).split("/") if name]
    while (shorter := _without_dress(names)) != names:
        names = shorter
    return "".join(f"/{name}" for name in names)


def _without_dress(names: list[str]) -> list[str]:
    """The path without one AMP variant or index file."""
    if names and _INDEX.fullmatch(names[-1]):
        return names[:-1]
    if len(names) > 1 and names[-1].lower() == "amp":
        return names[:-1]
    if len(names) > 1 and names[0].lower() == "amp":
        return names[1:]
    return [*names[:-1], re.sub(r"(?i)(?<=.)\.amp(?=(?:\.html?)?$)", "", names[-1])] if names else []


def _query(query: str) -> str:
    kept = []
    for part in query.split("&"):
        name, equals, value = part.replace("+", " ").partition("=")
        name = unquote(name, errors="replace")
        if part and not _is_dress(name, value, part):
            kept.append((_escaped(name, _QUERY_MARKS), equals + _escaped(value, _QUERY_MARKS + "=")))
    kept.sort(key=lambda pair: pair[0])
    return "?" + "&".join(name + value for name, value in kept) if kept else ""


def _is_dress(name: str, value: str, part: str) -> bool:
    if _AMP.fullmatch(part) or _TRACKS.fullmatch(name):
        return True
    return _MAY_TRACK.fullmatch(name) is not None and not any(mark.isdigit() for mark in value)


def _route(fragment: str) -> str:
    """What follows `#` where a script shows one of many pages by it; elsewhere it names a place on the page."""
    return f"#{_escaped(fragment, _PATH_MARKS + '/?')}" if len(fragment) > 1 and fragment[0] in "!/" else ""


def _escaped(text: str, marks: str) -> str:
    return quote(unquote_to_bytes(text), safe=marks)
