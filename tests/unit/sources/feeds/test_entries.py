import time

import pytest

from pipeline.sources.feeds import entries
from pipeline.sources.feeds.entries import Entry, read_entry
from pipeline.sources.feeds.markup import read_feed

URL = "https://post.example/feeds/world.xml"
SPACES = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/"'


def parse_rss(inside: str, around: str = f'<rss version="2.0" {SPACES}><channel>') -> Entry:
    feed = read_feed(f"{around}<item>{inside}</item></channel></rss>")
    return read_entry(feed, feed.items[0], URL)


def parse_atom(inside: str) -> Entry:
    feed = read_feed(f'<feed xmlns="http://www.w3.org/2005/Atom"><entry>{inside}</entry></feed>')
    return read_entry(feed, feed.items[0], URL)


def test_html_is_not_changed() -> None:
    text = "<p onclick='a()'>One <script>b()</script><a href=\"/rel\">two</a></p> <!-- three --> &amp; &lt;four&gt; <?php five ?>"
    assert parse_rss(f"<description><![CDATA[{text}]]></description>").text == text
    assert parse_rss(f"<title><![CDATA[{text}]]></title>").title == text


@pytest.mark.parametrize(
    "inside",
    [
        "<description>teaser</description><content:encoded>the full text</content:encoded>",
        "<content:encoded>the full text</content:encoded><description>teaser</description>",
        "<description>the full text</description><media:description>caption</media:description>",
        '<description>the full text</description><media:description type="html">caption</media:description>',
        "<media:group><media:description>caption</media:description></media:group><description>the full text</description>",
        "<description>the full text</description><content:encoded></content:encoded>",
    ],
)
def test_the_text_is_the_longest_of_the_item(inside: str) -> None:
    assert parse_rss(inside).text == "the full text"


def test_the_title_is_that_of_the_item_itself() -> None:
    assert (
        parse_rss("<media:content><media:title>p</media:title></media:content><image><title>i</title></image><title>own</title>").title
        == "own"
    )
    assert parse_rss("<title>own</title><media:title>p</media:title><source url='u'>s</source>").title == "own"
    assert parse_atom("<title>own</title><source><title>s</title></source>").title == "own"


@pytest.mark.parametrize(
    ("inside", "link"),
    [
        ("<link>https://a.example/1?x=1&amp;y=2</link>", "https://a.example/1?x=1&y=2"),
        ("<link>/1</link>", "https://post.example/1"),
        ("<link>//b.example/1</link>", "https://b.example/1"),
        ("<guid>https://a.example/1</guid>", "https://a.example/1"),
        ('<guid isPermaLink="true">https://a.example/1</guid>', "https://a.example/1"),
        ('<guid isPermaLink="false">https://a.example/1</guid>', ""),
        ("<guid>1001</guid>", ""),
        ("<link>https://a.example/1</link><guid>https://a.example/2</guid>", "https://a.example/1"),
        ("<enclosure url='https://a.example/1.mp3'/>", ""),
        ("<link>javascript:alert(1)</link>", "javascript:alert(1)"),
        ("<link>//[</link>", "//["),
    ],
)
def test_the_link_of_an_item(inside: str, link: str) -> None:
    assert parse_rss(inside).link == link


@pytest.mark.parametrize(
    ("inside", "link"),
    [
        ('<link href="https://a.example/1"/>', "https://a.example/1"),
        ('<link rel="self" href="s"/><link rel="alternate" href="1"/>', "https://post.example/feeds/1"),
        ('<link type="application/pdf" href="1.pdf"/><link href="1"/><link href="2"/>', "https://post.example/feeds/1"),
        ('<link type="application/pdf" href="1.pdf"/>', "https://post.example/feeds/1.pdf"),
        ("<id>https://a.example/1</id>", ""),
        ('<link rel="enclosure" href="https://a.example/1.mp3"/>', ""),
    ],
)
def test_the_link_of_an_atom_entry(inside: str, link: str) -> None:
    assert parse_atom(inside).link == link


def test_an_id_is_not_changed() -> None:
    assert parse_rss("<guid>1001</guid>").id == "1001"
    assert parse_rss("<guid>../x y</guid>").id == "../x y"
    assert parse_atom("<id>tag:a.example,2025:1</id>").id == "tag:a.example,2025:1"


def test_dates_are_those_of_publication_creation_and_update() -> None:
    dates = parse_rss("<pubDate>some day</pubDate><dc:date>2025-04-04</dc:date>").dates
    assert dates == ("some day", "", "2025-04-04")
    assert parse_atom("<updated>u</updated><published>p</published>").dates == ("p", "", "u")


def test_content_that_is_not_text_is_ignored() -> None:
    assert parse_atom('<content type="image/png">aGVsbG8gd29ybGQ=</content><summary>s</summary>').text == "s"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("AT&T and R&D", "AT&T and R&D"),
        ("S&P 500 &amp; co", "S&P 500 & co"),
        ("a&nbsp;b &mdash; &eacute;", "a\xa0b — é"),
        ("&LT;b&GT; &#60; &#x26;", "<b> < &"),
        ("&unknown; &amp;lt;", "&unknown; &lt;"),
        ("&#8; &#xD800; &#9999999; &#99999999;", "\ufffd \ufffd \ufffd &#99999999;"),
        ("5 < 6 & 7 > 6", "5 < 6 & 7 > 6"),
        ("<![CDATA[AT&T &nbsp; &lt;]]>", "AT&T &nbsp; &lt;"),
    ],
)
def test_broken_references_do_not_break_a_title(written: str, title: str) -> None:
    assert parse_rss(f"<title>{written}</title>").title == title


def test_an_undeclared_prefix_does_not_break_an_item() -> None:
    entry = parse_rss("<title>T</title><content:encoded><![CDATA[<p>a &amp; b</p>]]></content:encoded><x:y z='1'/>", "<rss><channel>")
    assert (entry.title, entry.text, entry.unreadable) == ("T", "<p>a &amp; b</p>", "")


def test_an_item_that_is_too_long_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "LONGEST_ITEM", 50)
    assert parse_rss(f"<title>{'a' * 100}</title>") == Entry(unreadable="the item has 128 characters, at most 50 are read")


def test_an_item_with_too_many_tags_is_not_parsed() -> None:
    assert parse_rss("<category>a</category>" * 1_001) == Entry(unreadable="the item has 2,004 tags, at most 2,000 are read")
    assert parse_rss(f"<description><![CDATA[{'<b>' * 3_000}]]></description>").text == "<b>" * 3_000


def test_an_error_of_feedparser_makes_the_item_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise UnicodeError("secret")

    monkeypatch.setattr("feedparser.parse", fail)
    assert parse_rss("<title>T</title>") == Entry(unreadable="the item's markup is broken (UnicodeError)")


def test_markup_of_several_items_or_none_is_unreadable() -> None:
    feed = read_feed("<rss><item>a</item></rss>")
    assert "reads as 0 items" in read_entry(feed, "nothing", URL).unreadable
    assert "reads as 2 items" in read_entry(feed, "<item/><item/>", URL).unreadable


def test_parsing_opens_no_file_and_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.open", None)
    monkeypatch.setattr("urllib.request.urlopen", None)
    monkeypatch.setattr("socket.socket", None)
    assert parse_rss('<title>T</title><link>https://a.example/</link><xi:include href="https://a.example/x"/>').title == "T"


@pytest.mark.parametrize("name", ["author", "dc:creator", "managingEditor", "webMaster", "dc:publisher", "dc:contributor", "AUTHOR"])
def test_persons_with_long_names_do_not_slow_down_parsing(name: str) -> None:
    person = "a." * 300_000  # searching it for email addresses would take minutes
    entry = parse_rss(f"<{name}>{person}</{name}><title>own</title><link>https://a.example/1</link>")
    assert (entry.title, entry.link, entry.unreadable) == ("own", "https://a.example/1", "")


def test_fields_of_the_author_are_not_fields_of_the_article() -> None:
    author = "<author><name>A. Writer</name><uri>https://a.example/writer</uri><email>a@a.example</email></author>"
    entry = parse_atom(f"{author}<id>1</id><title>own</title><link href='https://a.example/1'/><summary>text</summary>{author}")
    assert (entry.id, entry.title, entry.text, entry.link) == ("1", "own", "text", "https://a.example/1")


def test_tags_of_persons_in_cdata_are_not_changed() -> None:
    assert parse_rss("<description><![CDATA[<author>a</author>]]></description>").text == "<author>a</author>"


def test_a_tag_with_very_many_attributes_is_unreadable() -> None:
    attributes = " ".join(f'a{number}="1"' for number in range(50_000))
    started = time.process_time()
    entry = parse_rss(f"<title {attributes}>One</title>")
    assert entry.unreadable == "a tag of the item has 50,000 attributes, at most 1,000 are read"
    assert time.process_time() - started < 5
