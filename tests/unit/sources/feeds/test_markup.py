import pytest

from pipeline.sources.feeds import markup
from pipeline.sources.feeds.markup import NotAFeedError, read_markup


def rss(items: str) -> str:
    return f'<rss version="2.0"><channel><title>x</title>{items}</channel></rss>'


def test_items_are_cut_out_with_what_surrounds_them() -> None:
    feed = read_markup(rss("<item><title>a</title></item>\n<item/>"))
    assert feed.items == ("<item><title>a</title></item>", "<item/>")
    assert (feed.opening, feed.closing, feed.faults) == ('<rss version="2.0"><channel>', "</channel></rss>", ())


def test_a_channel_that_is_closed_does_not_surround_the_items() -> None:
    feed = read_markup("<rdf:RDF a='1'><channel>x</channel><item>y</item></rdf:RDF>")
    assert (feed.opening, feed.closing) == ("<rdf:RDF a='1'>", "</rdf:RDF>")


def test_what_is_quoted_or_commented_out_is_no_item() -> None:
    feed = read_markup(rss("<!-- <item>a</item> --><item><![CDATA[</item><item>b]]></item><?x <item> ?>"))
    assert feed.items == ("<item><![CDATA[</item><item>b]]></item>",)


def test_only_items_of_the_feeds_own_namespaces_count() -> None:
    text = '<x:feed xmlns:x="http://www.w3.org/2005/Atom" xmlns:g="urn:g"><g:item>1</g:item><x:entry>2</x:entry><items/></x:feed>'
    assert read_markup(text).items == ("<x:entry>2</x:entry>",)


def test_an_item_that_was_never_closed_ends_where_the_next_begins() -> None:
    feed = read_markup(rss("<item>a<item>b</item></item>"))
    assert (feed.items, feed.faults) == (("<item>a</item>", "<item>b</item>"), ())


@pytest.mark.parametrize("cut", ["<item><title>c", "<item", "<item><title><![CDATA[c</title></item></channel></rss>", "<item><!-- </item>"])
def test_a_feed_that_is_cut_within_an_item_says_in_which(cut: str) -> None:
    feed = read_markup("<rss><channel><item>a</item><item>b</item>" + cut)
    assert (len(feed.items), feed.faults) == (2, ("the feed is cut short in its item 3, after 2 whole items",))


@pytest.mark.parametrize("text", ["<rss><channel><item>a</item>", "<rss><channel><item>a</item></chan", "<feed><entry>a</entry> <"])
def test_a_feed_that_is_cut_between_items_says_after_how_many(text: str) -> None:
    assert read_markup(text).faults == ("the feed is cut short after 1 whole item",)


def test_a_feed_that_is_cut_before_its_first_item_says_so() -> None:
    assert read_markup("<rss><channel><title>x").faults == ("the feed is cut short after 0 whole items",)


@pytest.mark.parametrize(
    "text", ["<rss><channel></channel></rss>", "<feed/>", rss("") + "<!-- made in 0.1 s -->", "<rss><channel><item/></channel>"]
)
def test_a_feed_that_is_whole_has_no_faults(text: str) -> None:
    assert read_markup(text).faults == ()


def test_too_many_items_are_counted_and_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "MOST_ITEMS", 2)
    feed = read_markup(rss("<item>a</item>" * 5))
    assert len(feed.items) == 2
    assert feed.faults[0].startswith("the feed goes on for 3 items more: at most 2 items")


def test_too_much_text_is_counted_and_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "MOST_CHARACTERS", 30)
    assert len(read_markup(rss("<item>a</item>" * 5)).items) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("<!DOCTYPE html><html><body><feed></body></html>", "is an HTML page"),
        ("<head><title>Moved</title></head>", "is an HTML page"),
        ('{"items": []}', "is no feed"),
        ("<item>a</item>", "is no feed"),
        (f"<rss {'a=b ' * 2_000}><item/></rss>", "opens with tags of 8,00"),
    ],
)
def test_what_is_no_feed_is_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(NotAFeedError, match=said):
        read_markup(text)


def test_a_feed_beyond_all_measure_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "LONGEST_FEED", 40)
    with pytest.raises(NotAFeedError, match="at most 40 of a feed are read"):
        read_markup(rss("<item/>"))


@pytest.mark.parametrize("spaces", ["xmlns:a{}", "xmlns:a ={}", 'xmlns:a="{}', 'xmlns:a="b{}', "<!--{}", "<item a='{}", "<?x{}"])
def test_white_space_without_end_does_not_stall_the_reading(spaces: str) -> None:
    feed = read_markup(rss("<item>a</item>") + spaces.format(" " * 400_000))  # tried every way, it would take days
    assert feed.items == ("<item>a</item>",)


def test_white_space_around_the_name_of_a_namespace_does_not_count() -> None:
    feed = read_markup("<r:RDF xmlns:r='rdf' xmlns:p = ' http://purl.org/rss/1.0/ '><p:item>a</p:item></r:RDF>")
    assert feed.items == ("<p:item>a</p:item>",)


def test_a_page_that_is_quoted_in_a_feed_does_not_make_it_a_page() -> None:
    assert len(read_markup(rss("<item><![CDATA[<html><body>]]></item>")).items) == 1
