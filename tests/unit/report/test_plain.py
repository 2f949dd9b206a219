"""Text and links from outside, made safe."""

import pytest

from pipeline.report.plain import safe_url, to_line, to_plain, to_visible


@pytest.mark.parametrize("space", ["\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "\N{IDEOGRAPHIC SPACE}", "\N{THIN SPACE}"])
def test_a_space_of_any_kind_is_printed_as_a_space(space: str) -> None:
    assert to_visible(f"25{space}%") == to_plain(f"25{space}%") == "25 %"


@pytest.mark.parametrize("hidden", ["\r", "\x1b", "\N{ZERO WIDTH SPACE}", "\N{RIGHT-TO-LEFT OVERRIDE}", "\N{LINE SEPARATOR}"])
def test_what_would_be_hidden_is_visible(hidden: str) -> None:
    assert to_visible(f"a{hidden}b") == "a\N{REPLACEMENT CHARACTER}b"


@pytest.mark.parametrize(
    "control", ["\n", "\r\n", "\x85", "\N{LINE SEPARATOR}", "\N{PARAGRAPH SEPARATOR}", "\N{ARABIC LETTER MARK}", "\N{RIGHT-TO-LEFT MARK}"]
)
def test_line_breaks_and_direction_marks_become_a_space(control: str) -> None:
    assert to_line(f"a{control}b") == "a b"


@pytest.mark.parametrize("url", ["http://?q", "http://#top", "https://:443/a", "https://name@/a", "http://[::1", "http://"])
def test_a_url_without_a_host_is_no_link(url: str) -> None:
    assert safe_url(url) is None


@pytest.mark.parametrize("url", ["http://a.example?q", "HTTPS://name@a.example:443/a#top", "http://[::1]/"])
def test_a_url_with_a_host_is_a_link(url: str) -> None:
    assert safe_url(url) == url
