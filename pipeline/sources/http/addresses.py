"""URLs and hosts that may be fetched, and redaction of secrets.

Belongs here: parsing URLs, redirects, public and private addresses, name resolution. Does not: connecting (`transport.py`).
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Collection, Iterable, Mapping
from urllib.parse import parse_qsl, quote, unquote, unquote_plus, urlencode

import httpx
from pydantic import SecretStr

from pipeline.errors import TensionError

#: Takes a host and a port, and returns the IP addresses of the host.
Resolver = Callable[[str, int], list[str]]

_CORRECT_URL = "Correct the URL in the settings"
CHECK_MOVED = "Check whether the upstream has moved, and correct the URL in the settings"
_PORTS = {"http": 80, "https": 443}
_USERINFO = re.compile(r"://[^/?#\s]*@")
_LAST_PORT = 65_535
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
#: Networks reserved for protocols, so not public; some versions of Python count some of their addresses as global.
_PROTOCOL_NETWORKS = tuple(ipaddress.ip_network(text) for text in ("192.0.0.0/24", "192.88.99.0/24"))
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class UnsafeAddressError(TensionError):
    """A URL or host must not be fetched.

    `reason` says why, `advice` what to do.
    """

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(f"{reason}. {advice}")
        self.reason, self.advice = reason, advice


def parse_url(url: str, query: Iterable[tuple[str, str]] = ()) -> httpx.URL:
    """Parse the URL, append the query, and drop the fragment.

    `query` is added after the query that the URL has. Raises `UnsafeAddressError` unless it is a valid http or https URL with a host and
    without a user or a password.
    """
    try:
        parsed = httpx.URL(url)
        added = urlencode(list(query), quote_via=quote).encode()
        complete = parsed.copy_with(query=b"&".join(part for part in (parsed.query, added) if part) or None, fragment=None)
        host = complete.host
    except (httpx.InvalidURL, ValueError) as error:  # ValueError: an invalid host name, or a lone surrogate
        raise UnsafeAddressError("the URL cannot be read", _CORRECT_URL) from error
    if complete.scheme not in _PORTS:
        scheme = complete.scheme or "a URL without a scheme"
        raise UnsafeAddressError(f"only http and https are supported, not {scheme}", _CORRECT_URL)
    if not host:
        raise UnsafeAddressError("the URL has no host", _CORRECT_URL)
    if complete.userinfo:
        raise UnsafeAddressError("the URL contains a user or a password", "Remove it: keys have their own settings")
    if complete.port is not None and not 0 < complete.port <= _LAST_PORT:
        raise UnsafeAddressError(f"the port {complete.port} does not exist", _CORRECT_URL)
    return complete


def follow_redirect(url: httpx.URL, location: str, secrets: Mapping[str, SecretStr]) -> tuple[httpx.URL, bool]:
    """Return the target of a redirect, and whether its origin is unchanged.

    `location` may be relative to `url`; `secrets` are by name of query parameter. Only the same origin may receive the secrets again: from
    a target of the same origin, parameters with their names are removed, because they are added again when it is requested. Raises
    `UnsafeAddressError` for a target that `parse_url` rejects, that leads from https to http, or that still contains a secret.
    """
    try:
        target = parse_url(str(url.join(location)))
    except (httpx.InvalidURL, ValueError) as error:
        raise UnsafeAddressError("it redirects to an invalid URL", CHECK_MOVED) from error
    if url.scheme == "https" and target.scheme != "https":
        raise UnsafeAddressError("it redirects from https to http, where the response could be tampered with", CHECK_MOVED)
    is_same = _is_same_origin(url, target)
    if is_same:
        target = _remove_parameters(target, secrets)
    if contains_secret(str(target), secrets.values()):
        raise UnsafeAddressError(f"it redirects to {normalize_host(target.host)} with the key in the URL", CHECK_MOVED)
    return target, is_same


def _is_same_origin(url: httpx.URL, target: httpx.URL) -> bool:
    """Return whether two URLs have the same scheme, host and port.

    An upgrade of the same host from http to https counts as the same origin, if both use the default port.
    """
    before, after = ((one.scheme, one.port or _PORTS[one.scheme]) for one in (url, target))
    return normalize_host(url.host) == normalize_host(target.host) and (
        before == after or (before, after) == (("http", 80), ("https", 443))
    )


def _remove_parameters(url: httpx.URL, names: Collection[str]) -> httpx.URL:
    parts = [part for part in url.query.decode("ascii").split("&") if not {key for key, _ in parse_qsl(part, True)} & set(names)]
    return url.copy_with(query="&".join(parts).encode() or None)


def normalize_host(host: str) -> str:
    """Return the host in lower case, without final dots or IPv6 brackets."""
    return host.lower().strip("[]").rstrip(".")


def is_listed_host(host: str, hosts: Iterable[str]) -> bool:
    """Return whether the host is one of `hosts`, both normalized."""
    return normalize_host(host) in {normalize_host(one) for one in hosts}


def resolve_allowed(host: str, port: int, private_hosts: Collection[str], resolve: Resolver) -> list[str]:
    """Resolve a host; all its addresses must be allowed.

    They must be public, unless the host is in `private_hosts`. Connect to the returned addresses: resolving the name a second time could
    give others. Raises `UnsafeAddressError` for a private address, `OSError` for an unknown name.
    """
    addresses = resolve(host, port)
    if is_listed_host(host, private_hosts):
        return addresses
    private = [address for address in addresses if not is_public(address)]
    if private:
        raise UnsafeAddressError(
            f"{host} has the address {private[0]}, which is not public",
            "If the host is yours, add it to sources.network.private_hosts",
        )
    return addresses


def is_public(text: str) -> bool:
    """Return whether an IP address belongs to the public internet.

    An IPv6 address that embeds an IPv4 address (mapped, 6to4 or NAT64) is public if the IPv4 address is. Multicast and reserved addresses
    are not. Raises `ValueError` for a text that is no IP address.
    """
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv4Address):
        is_special = address.is_multicast or address.is_reserved or any(address in network for network in _PROTOCOL_NETWORKS)
        return address.is_global and not is_special
    nat64 = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
    embedded = address.ipv4_mapped or address.sixtofour or nat64
    if embedded is not None:
        return is_public(str(embedded))
    return address in _GLOBAL_UNICAST and address.is_global


def resolve_host(host: str, port: int) -> list[str]:
    """Resolve a host with the system's resolver, to distinct IP addresses.

    They are in the resolver's order. `OSError` if the host is unknown. A number in any notation is resolved to its address, e.g.
    `2130706433` and `0x7f.1` to `127.0.0.1`.
    """
    results = socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in results))


def contains_secret(text: str, secrets: Iterable[SecretStr]) -> bool:
    """Return whether the text contains a secret, in plain text or percent-encoded."""
    return any(spelling.search(reading) for spelling in _list_spellings(secrets) for reading in (text, unquote(text), unquote_plus(text)))


def redact(text: str, secrets: Iterable[SecretStr]) -> str:
    """Return the text on one line, with `(key)` in place of secrets.

    Secrets are replaced in plain text and percent-encoded. User names and passwords in URLs are removed. Characters that are not printable
    become spaces, several spaces become one, and those at both ends are removed.
    """
    for spelling in _list_spellings(secrets):
        text = spelling.sub("(key)", text)
    printable = "".join(character if character.isprintable() else " " for character in text)
    return _USERINFO.sub("://", " ".join(printable.split()))


def _list_spellings(secrets: Iterable[SecretStr]) -> list[re.Pattern[str]]:
    """Return a pattern for each nonempty secret, longest first.

    It matches the secret with any of its characters percent-encoded, whose hexadecimal digits may be in upper or lower case. The longest
    are first since a secret may contain another, whose replacement would leave the rest of it.
    """
    plain = sorted((secret.get_secret_value() for secret in secrets), key=len, reverse=True)
    return [re.compile("".join(map(_spell, secret))) for secret in plain if secret]


def _spell(character: str) -> str:
    """Return a pattern for one character of a secret.

    Its spellings are: plain, percent-encoded, and a plus sign for a space.
    """
    encoded = "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))
    spellings = [re.escape(character), f"(?i:{encoded})"]
    if character == " ":
        spellings.append(re.escape("+"))
    return f"(?:{'|'.join(spellings)})"
