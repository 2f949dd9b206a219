"""Which addresses may be asked, and what is shown of them: http and https alone, public hosts alone, no secrets.

Belongs here: reading URLs, following a redirect's, telling public from private addresses, names to addresses. Does not: connecting
(`wire.py`). Every URL is read by one parser, the one that also asks, so that no two can take it differently.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Collection, Iterable, Mapping
from urllib.parse import parse_qsl, quote, quote_plus, unquote, unquote_plus, urlencode

import httpx
from pydantic import SecretStr

#: From a host and a port to the addresses that the system knows for it.
Resolver = Callable[[str, int], list[str]]

_CORRECT = "Correct the URL in the settings"
LOOK_FOR_MOVE = "Look whether the upstream has moved, and correct the URL in the settings"
_PORTS = {"http": 80, "https": 443}
_USER = re.compile(r"://[^/?#\s]*@")
_LAST_PORT = 65_535
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
#: Addresses of protocols, not of hosts, some of which some versions of Python count as global.
_OF_PROTOCOLS = tuple(ipaddress.ip_network(text) for text in ("192.0.0.0/24", "192.88.99.0/24"))
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class UnsafeError(Exception):
    """An address that is not asked: why, and what to do."""

    def __init__(self, said: str, advice: str) -> None:
        super().__init__(f"{said}. {advice}")
        self.said, self.advice = said, advice


def address(url: str, query: Iterable[tuple[str, str]] = ()) -> httpx.URL:
    """The URL with the query added to its own, without a fragment. `UnsafeError` when it is none that may be asked."""
    try:
        given = httpx.URL(url)
        added = urlencode(list(query), quote_via=quote).encode()
        whole = given.copy_with(query=b"&".join(part for part in (given.query, added) if part) or None, fragment=None)
        host = whole.host
    except (httpx.InvalidURL, ValueError) as error:  # ValueError: a name that is no name, half a surrogate pair
        raise UnsafeError("the URL cannot be read", _CORRECT) from error
    if whole.scheme not in _PORTS:
        raise UnsafeError(f"only http and https are asked, not {whole.scheme or 'a URL without a scheme'}", _CORRECT)
    if not host:
        raise UnsafeError("the URL names no host", _CORRECT)
    if whole.userinfo:
        raise UnsafeError("the URL holds a user or a password", "Take it out: keys have settings of their own")
    if not 0 < (whole.port or _PORTS[whole.scheme]) <= _LAST_PORT:
        raise UnsafeError(f"there is no port {whole.port}", _CORRECT)
    return whole


def redirected(url: httpx.URL, location: str, secrets: Mapping[str, SecretStr]) -> tuple[httpx.URL, bool]:
    """Where a redirect leads, and whether that is the same place, which alone may be told the secrets again.

    At the same place the target comes without the secrets' parameters, should the upstream have written them into it. `UnsafeError` when
    the redirect may not be followed: it leads to less safety, or takes a secret along in the address.
    """
    try:
        target = address(str(url.join(location)))
    except (httpx.InvalidURL, ValueError) as error:
        raise UnsafeError("it redirects to what is no URL", LOOK_FOR_MOVE) from error
    if url.scheme == "https" and target.scheme != "https":
        raise UnsafeError("it redirects from https to http, where anybody on the way could change the answer", LOOK_FOR_MOVE)
    is_same = _same_place(url, target)
    if is_same:
        target = _without(target, secrets)
    if holds_secret(str(target), secrets.values()):
        raise UnsafeError(f"it redirects to {name(target.host)} with the key in the address", LOOK_FOR_MOVE)
    return target, is_same


def _same_place(url: httpx.URL, target: httpx.URL) -> bool:
    """Whether a redirect stays where it was, or goes on at the same host under https."""
    before, after = ((one.scheme, one.port or _PORTS[one.scheme]) for one in (url, target))
    return name(url.host) == name(target.host) and (before == after or (before, after) == (("http", 80), ("https", 443)))


def _without(url: httpx.URL, secrets: Mapping[str, SecretStr]) -> httpx.URL:
    parts = [part for part in url.query.decode("ascii").split("&") if not {key for key, _ in parse_qsl(part, True)} & set(secrets)]
    return url.copy_with(query="&".join(parts).encode() or None)


def name(host: str) -> str:
    """A host as it is compared: small letters, without the final dot and the brackets of IPv6."""
    return host.lower().strip("[]").rstrip(".")


def is_among(host: str, hosts: Iterable[str]) -> bool:
    """Whether the host is one of these."""
    return name(host) in {name(one) for one in hosts}


def checked(host: str, port: int, private_hosts: Collection[str], resolve: Resolver) -> list[str]:
    """The addresses of a host, every one of them public unless the host is among `private_hosts`.

    `UnsafeError` when one is not, `OSError` when the name is not known. A name is resolved once, and what comes back is what must be
    connected to: a second answer could be another.
    """
    addresses = resolve(host, port)
    if is_among(host, private_hosts):
        return addresses
    inside = [found for found in addresses if not is_public(found)]
    if inside:
        raise UnsafeError(
            f"{host} is at {inside[0]}, which is no public address",
            "If it is yours and shall be asked, name the host in sources.network.private_hosts",
        )
    return addresses


def is_public(text: str) -> bool:
    """Whether an IP address belongs to the public internet; addresses that stand for an IPv4 address are as public as that."""
    found = ipaddress.ip_address(text)
    if isinstance(found, ipaddress.IPv4Address):
        return found.is_global and not (found.is_multicast or found.is_reserved or any(found in network for network in _OF_PROTOCOLS))
    within = found.ipv4_mapped or found.sixtofour or (ipaddress.IPv4Address(int(found) & 0xFFFFFFFF) if found in _NAT64 else None)
    if within is not None:
        return is_public(str(within))
    return found in _GLOBAL_UNICAST and found.is_global


def resolve(host: str, port: int) -> list[str]:
    """What the system's resolver knows, each address once, in its order. Numbers in any notation come back as the address they mean."""
    found = socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def holds_secret(text: str, secrets: Iterable[SecretStr]) -> bool:
    """Whether a secret stands in the text, plain or as URLs write it."""
    readings = (text, unquote(text), unquote_plus(text))
    return any(form in reading for secret in secrets for form in _forms(secret) for reading in readings)


def shown(text: str, secrets: Iterable[SecretStr]) -> str:
    """The text on one line, without control characters, users of URLs, and secrets, plain or as URLs write them."""
    line = _USER.sub("://", " ".join("".join(sign if sign.isprintable() else " " for sign in text).split()))
    for form in sorted((form for secret in secrets for form in _forms(secret)), key=len, reverse=True):
        line = line.replace(form, "(key)")
    return line


def _forms(secret: SecretStr) -> set[str]:
    plain = secret.get_secret_value()
    return {plain, quote(plain, safe=""), quote(plain), quote_plus(plain)} - {""}
