import pytest

from pipeline.sources.feeds import markup
from pipeline.sources.feeds.markup import NotAFeedError, read_feed


def wrap_in_rss(items: str) -> str:
    return f'<rss version="2.0"><channel><title>x</title>{items}</channel></rss>'


def test_items_are_split_from_the_tags_around_them() -> None:
    feed = read_feed(wrap_in_rss("<item><title>a</title></item>\n<item/>"))
    assert feed.items == ("<item><title>a</title></item>", "<item/>")
    assert (feed.opening, feed.closing, feed.faults) == ('<rss version="2.0"><channel>', "</channel></rss>", ())


def test_a_closed_channel_is_not_around_the_items() -> None:
    feed = read_feed("<rdf:RDF a='1'><channel>x</channel><item>y</item></rdf:RDF>")
    assert (feed.opening, feed.closing) == ("<rdf:RDF a='1'>", "</rdf:RDF>")


def test_items_in_cdata_or_comments_are_ignored() -> None:
    feed = read_feed(wrap_in_rss("<!-- <item>a</item> --><item><![CDATA[</item><item>b]]></item><?x <item> ?>"))
    assert feed.items == ("<item><![CDATA[</item><item>b]]></item>",)


def test_only_items_of_the_feeds_own_namespaces_count() -> None:
    text = '<x:feed xmlns:x="http://www.w3.org/2005/Atom" xmlns:g="urn:g"><g:item>1</g:item><x:entry>2</x:entry><items/></x:feed>'
    assert read_feed(text).items == ("<x:entry>2</x:entry>",)


def test_an_item_without_end_tag_ends_at_the_next_item() -> None:
    feed = read_feed(wrap_in_rss("<item>a<item>b</item></item>"))
    assert (feed.items, feed.faults) == (("<item>a</item>", "<item>b</item>"), ())


@pytest.mark.parametrize("cut", ["<item><title>c", "<item", "<item><title><![CDATA[c</title></item></channel></rss>", "<item><!-- </item>"])
def test_a_feed_cut_within_an_item_reports_which(cut: str) -> None:
    feed = read_feed("<rss><channel><item>a</item><item>b</item>" + cut)
    assert (len(feed.items), feed.faults) == (2, ("the feed is cut short in its item 3, after 2 whole items",))


@pytest.mark.parametrize("text", ["<rss><channel><item>a</item>", "<rss><channel><item>a</item></chan", "<feed><entry>a</entry> <"])
def test_a_feed_cut_between_items_reports_after_how_many(text: str) -> None:
    assert read_feed(text).faults == ("the feed is cut short after 1 whole item",)


def test_a_feed_cut_before_its_first_item_is_reported() -> None:
    assert read_feed("<rss><channel><title>x").faults == ("the feed is cut short after 0 whole items",)


@pytest.mark.parametrize(
    "text", ["<rss><channel></channel></rss>", "<feed/>", wrap_in_rss("") + "<!-- made in 0.1 s -->", "<rss><channel><item/></channel>"]
)
def test_a_complete_feed_has_no_faults(text: str) -> None:
    assert read_feed(text).faults == ()


def test_items_above_the_limit_are_only_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "MOST_ITEMS", 2)
    feed = read_feed(wrap_in_rss("<item>a</item>" * 5))
    assert len(feed.items) == 2
    assert feed.faults[0].startswith("the feed goes on for 3 items more: at most 2 items")


def test_items_above_the_size_limit_are_only_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "MOST_CHARACTERS", 30)
    assert len(read_feed(wrap_in_rss("<item>a</item>" * 5)).items) == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("<!DOCTYPE html><html><body><feed></body></html>", "is an HTML page"),
        ("<head><title>Moved</title></head>", "is an HTML page"),
        ('{"items": []}', "is not a feed"),
        ("<item>a</item>", "is not a feed"),
        (f"<rss {'a=b ' * 2_000}><item/></rss>", "opens with tags of 8,00"),
        (f"<rss {'a=b ' * 101}><item/></rss>", "opens with tags of 101 attributes, at most 100 are read"),
    ],
)
def test_a_text_that_is_not_a_feed_is_rejected_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(NotAFeedError, match=reason):
        read_feed(text)


def test_a_feed_that_is_too_long_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "LONGEST_FEED", 40)
    with pytest.raises(NotAFeedError, match="at most 40 of a feed are read"):
        read_feed(wrap_in_rss("<item/>"))


@pytest.mark.parametrize("spaces", ["xmlns:a{}", "xmlns:a ={}", 'xmlns:a="{}', 'xmlns:a="b{}', "<!--{}", "<item a='{}", "<?x{}"])
def test_long_white_space_does_not_slow_down_reading(spaces: str) -> None:
    feed = read_feed(wrap_in_rss("<item>a</item>") + spaces.format(" " * 400_000))  # a backtracking pattern would take days
    assert feed.items == ("<item>a</item>",)


def test_white_space_around_a_namespace_is_ignored() -> None:
    feed = read_feed("<r:RDF xmlns:r='rdf' xmlns:p = ' http://purl.org/rss/1.0/ '><p:item>a</p:item></r:RDF>")
    assert feed.items == ("<p:item>a</p:item>",)


def test_a_feed_with_an_html_page_in_cdata_is_a_feed() -> None:
    assert len(read_feed(wrap_in_rss("<item><![CDATA[<html><body>]]></item>")).items) == 1
