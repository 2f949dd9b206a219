"""Links to the same article have the same canonical form, links to different articles do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.articles.links import canonical_link
from tests.examples import examples

PLAIN = "https://post.example/glass"


@pytest.mark.parametrize(
    "url",
    [
        PLAIN,
        "http://post.example/glass",
        "HTTPS://Post.Example/glass/",
        "https://www.post.example/glass",
        "https://m.post.example/glass",
        "https://mobile.post.example/glass",
        "https://amp.post.example/glass",
        "https://www.post.example:443/glass#comments",
        "http://post.example:80//glass//",
        "https://reader:secret@post.example./glass",
        "https://post.example/glass/amp",
        "https://post.example/glass/amp/",
        "https://post.example/amp/glass",
        "https://post.example/glass.amp",
        "https://post.example/glass?amp",
        "https://post.example/glass?amp=1&outputType=amp",
        "https://post.example/glass/index.html",
        "https://post.example/glass;jsessionid=A1B2",
        "https://post.example/%67lass",
        "https://post.example/glass%3Bjsessionid=A1B2",
        "https://post.example/glass?output=%61mp",
        "https://post.example/glass?ref=%61",
        "https://post.example/glass?ref=a%20b&via=https%3A%2F%2Fx.example",
        "https://me@post-example.cdn.ampproject.org/c/s/post.example/glass",
        "https://post.example/glass?",
        "https://post.example/glass?utm_source=rss&UTM_Medium=m&utm_id=7",
        "https://post.example/glass?fbclid=x&gclid=y&mc_cid=z&CMP=share_btn_tw&ref=home&ref_src=a",
        "https://post.example/glass?at_medium=RSS&at_campaign=KARANGA&smid=tw-share&ito=social&partner=rss",
        "https://www.google.com/amp/s/amp.post.example/glass",
        "https://www.google.co.uk/amp/post.example/glass",
        "https://post-example.cdn.ampproject.org/c/s/post.example/glass?amp=1",
        " https://post.example/glass\n",
    ],
)
def test_links_to_the_same_article_have_one_canonical_form(url: str) -> None:
    assert canonical_link(url) == PLAIN


@pytest.mark.parametrize(
    "urls",
    [
        ["https://post.example/a", "https://post.example/A", "https://post.example/b"],
        ["https://post.example/a?id=1", "https://post.example/a?id=2", "https://post.example/a"],
        ["https://post.example/a?ref=123", "https://post.example/a?ref=124", "https://post.example/a"],
        ["https://post.example/index.php?story=1", "https://post.example/index.php?story=2"],
        ["https://post.example/a?page=1", "https://post.example/a?page=2"],
        ["https://post.example/#!/story/1", "https://post.example/#!/story/2"],
        ["https://post.example/app#/1", "https://post.example/app#/2"],
        ["https://post.example/a", "https://post.example:8080/a", "https://trade.post.example/a"],
        ["https://post.example/a%2Fb", "https://post.example/a/b", "https://post.example/a%3Fb"],
        [
            "https://post.example/a?b=c%26d=e",
            "https://post.example/a?b=c&d=e",
            "https://post.example/a?b=c%2Bd",
            "https://post.example/a?b=c+d",
        ],
        ["https://post.example/a?%41=1", "https://post.example/a?%2541=1", "https://post.example/a?%252541=1"],
        ["https://m.co.uk/a", "https://mobile.co.uk/a", "https://amp.com/a", "https://m.com/a"],
        ["https://post.example/glamp", "https://post.example/gl", "https://post.example/amp"],
        ["https://www.google.com/amp-guide", "https://post.example/a"],
        ["https://post.example/?tag=&x", "https://post.example/?tag&x"],
    ],
)
def test_links_to_different_articles_stay_different(urls: list[str]) -> None:
    assert len({canonical_link(url) for url in urls}) == len(urls)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://post.example/a?x=1&y=2", "https://post.example/a?y=2&x=1"),
        ("https://post.example/caf%c3%a9", "https://post.example/café"),
        ("https://caf\u00e9.example/a", "https://xn--caf-dma.example/a"),
        ("https://post.example/a?q=b%20c", "https://post.example/a?q=b+c"),
        ("https://post.example/a?id=7&utm_source=x", "http://www.post.example/a/?id=7"),
    ],
)
def test_escapes_and_order_of_parameters_do_not_matter(one: str, other: str) -> None:
    assert canonical_link(one) == canonical_link(other) is not None


@pytest.mark.parametrize(
    "url",
    [
        "https://x.example/", "https://x.example/?utm_source=rss", "https://x.example/index.html#top", "http://[broken/a", "http://x.example:port/a",
        "ftp://x.example/a", "javascript:alert(1)", "https:///a", "a", "",
    ],
)  # fmt: skip
def test_a_bare_host_or_invalid_link_has_no_canonical_form(url: str) -> None:
    assert canonical_link(url) is None


def escape_some(text: str, positions: set[int]) -> str:
    """Write the characters at these positions as escapes: `amp` as `%61mp`."""
    escapes = {n: "".join(f"%{byte:02X}" for byte in text[n].encode()) for n in positions if n < len(text)}
    return "".join(escapes.get(n, character) for n, character in enumerate(text))


def sometimes_escaped(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return these texts, often with some escaped characters, also escaped twice."""
    for _ in range(2):
        texts = texts | st.builds(escape_some, texts, st.sets(st.integers(0, 12), max_size=3))
    return texts


HOSTS = st.sampled_from(
    [
        "x.example", "www.m.x.example", "amp.co.uk", "WWW.É.example", "m", "www.www.", "[::1]", "x.example:80", "google.com",
        "www.google.com", "me@y.cdn.ampproject.org", "y.cdn.ampproject.org", "...", "x\u3002", "x\uff3b",
    ]
)  # fmt: skip
PATHS = st.lists(
    sometimes_escaped(
        st.sampled_from(
            ["amp", "AMP", "", ".", "..", "index.html", "a", "a.amp", "b.amp.html", "é", "s", "c", "y.example", "a;jsessionid=1;b", "%zz"]
        )
        | st.text(max_size=5)
    ),
    max_size=6,
).map("/".join)
QUERIES = st.lists(
    sometimes_escaped(
        st.sampled_from(
            ["amp", "amp=1", "output=amp", "utm_x=1", "ref=1", "ref=a", "ref=a b", "ref=a+b", "id=1", "a=b=c", "a+b=&", "=", "%"]
        )
        | st.text(max_size=6)
    ),
    max_size=4,
).map("&".join)
URLS = st.builds(
    "{}://{}/{}?{}#{}".format, st.sampled_from(["http", "https"]), HOSTS, PATHS, QUERIES, st.sampled_from(["", "top", "!/a b", "/é", "%21"])
)


@examples(1000)
@given(URLS | st.text(max_size=30).map("https://".__add__) | st.text(max_size=30))
def test_canonical_link_is_idempotent(url: str) -> None:
    once = canonical_link(url)
    assert once is None or canonical_link(once) == once
    assert once is None or once.isascii()


@pytest.mark.parametrize("cache", ["google.com/amp/s/", "x.cdn.ampproject.org:443/c/s/", "user@x.cdn.ampproject.org/c/s/"])
@pytest.mark.parametrize("number", [2, 20_000])
def test_caches_in_caches_end(cache: str, number: int) -> None:
    link = canonical_link("https://" + cache * number + "post.example/glass")
    assert link in {PLAIN, None}
    assert link == PLAIN or number > 2
