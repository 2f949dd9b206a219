"""Public and private addresses, redirects, and the redaction of keys."""

import ipaddress
from contextlib import suppress
from urllib.parse import quote, quote_plus

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from pipeline.sources.http.addresses import UnsafeAddressError, contains_secret, follow_redirect, is_public, parse_url, redact

HTTPS = httpx.URL("https://api.example/a")
NOT_PUBLIC = """
127.0.0.1 127.255.255.255 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 0.1.2.3 192.0.0.1 192.0.0.8 192.88.99.1
192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1::
2002:a00:1::1 4000::1 5f00::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1
"""
PUBLIC = ["8.8.8.8", "93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]


@pytest.mark.parametrize("text", NOT_PUBLIC.split())
def test_private_and_special_addresses_are_not_public(text: str) -> None:
    assert not is_public(text)


@pytest.mark.parametrize("text", PUBLIC)
def test_addresses_of_the_public_internet_are_public(text: str) -> None:
    assert is_public(text)


@settings(deadline=None)
@given(st.ip_addresses(v=4))
def test_an_ipv4_address_embedded_in_ipv6_is_as_public_as_itself(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    embedded = [
        f"::ffff:{address}",
        str(ipaddress.IPv6Address((0x64FF9B << 96) | number)),
        str(ipaddress.IPv6Address((0x2002 << 112) | (number << 80))),
    ]
    assert {is_public(text) for text in embedded} == {is_public(str(address))}


@settings(deadline=None)
@given(st.ip_addresses())
def test_private_addresses_are_never_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if address.is_private or address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified:
        mapped = getattr(address, "ipv4_mapped", None)
        assert not is_public(str(address)) or (mapped is not None and mapped.is_global)


def test_a_redirect_may_upgrade_to_https_but_not_downgrade() -> None:
    assert follow_redirect(httpx.URL("http://api.example/a"), "https://api.example/a", {}) == (HTTPS, True)
    with pytest.raises(UnsafeAddressError, match="from https to http"):
        follow_redirect(HTTPS, "http://api.example/a", {})


@pytest.mark.parametrize(
    ("target", "is_same"),
    [
        ("https://api.example:443/b", True),
        ("https://API.example./b", True),
        ("b", True),
        ("https://api.example:8443/b", False),
        ("https://api.example.evil.example/b", False),
        ("//other.example/b", False),
    ],
)
def test_the_same_origin_is_the_same_host_and_port(target: str, *, is_same: bool) -> None:
    assert follow_redirect(HTTPS, target, {"key": SecretStr("k3y")})[1] == is_same


def test_another_port_is_another_origin() -> None:
    assert not follow_redirect(httpx.URL("http://api.example:8080/a"), "https://api.example/b", {})[1]


@settings(deadline=None)
@given(st.text() | st.text().map("http://{}".format))
def test_any_text_is_a_safe_url_or_refused(text: str) -> None:
    with suppress(UnsafeAddressError):
        url = parse_url(text)
        assert (url.scheme in {"http", "https"}, url.host != "", url.userinfo, url.fragment) == (True, True, b"", "")


@settings(deadline=None)
@given(st.text(min_size=4), st.text(), st.text())
def test_no_encoded_form_of_a_key_is_shown(key: str, before: str, after: str) -> None:
    for form in (key, quote(key, safe="", errors="replace"), quote_plus(key, errors="replace")):
        redacted = redact(f"{before}{form}{after}", [SecretStr(key)])
        assert form not in redacted or form in "(key)"


@pytest.mark.parametrize("spelling", ["k/e  y é", "k%2fe%20%20y%20%c3%a9", "k/e++y+%C3%a9", "%6B/e  y é"])
def test_a_key_is_not_shown_in_any_spelling(spelling: str) -> None:
    secrets = [SecretStr("k/e  y é"), SecretStr("")]
    assert redact(f"https://api.example/?a={spelling}&b=1", secrets) == "https://api.example/?a=(key)&b=1"
    assert contains_secret(f"https://api.example/?a={spelling}&b=1", secrets)


def test_redacted_text_is_one_line_without_users() -> None:
    assert redact("a\r\nb\x1b[31m http://u:p@h/x?y=a@b \u202e", ()) == "a b [31m http://h/x?y=a@b"
