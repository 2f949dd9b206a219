import tomllib
from pathlib import Path

import polars as pl
import pytest

from pipeline.articles import owners as module
from pipeline.articles.clean import admit
from pipeline.articles.owners import OWNERS_FILE, owners, source_owner
from pipeline.settings import SAMPLE_ARTICLES, SAMPLE_LAST_DAY
from pipeline.settings.archives import ArticleFiles
from pipeline.sources.files.articles import collect_rows, read_articles
from tests.unit.articles.rows import raw


def owner(source: str, url: str | None = None) -> str:
    return str(source_owner(pl.DataFrame({"source": [source], "url": [url]}, schema={"source": pl.String, "url": pl.String}))[0])


@pytest.mark.parametrize(
    "name",
    ["Reuters", "REUTERS", "Reuters News Agency", "The Reuters", "reuters.com", "www.Reuters.com", "uk.reuters.com", "Reuters - World"],
)
def test_an_outlet_is_found_by_every_name_that_feeds_give_it(name: str) -> None:
    assert owner(name) == "Thomson Reuters"


@pytest.mark.parametrize("url", ["https://www.wsj.com/a", "HTTP://WSJ.COM", "https://amp.wsj.com:443/a?b", "https://me@wsj.com/a"])
def test_an_outlet_is_found_by_the_domain_of_its_link(url: str) -> None:
    assert owner("Business desk", url) == "News Corp"


def test_the_link_decides_where_it_names_another_outlet_than_the_source() -> None:
    assert owner("Sunday Times", "https://www.ft.com/a") == "Nikkei"
    assert owner("Reuters", "https://finance.yahoo.com/a") == "Thomson Reuters"  # an aggregator owns nothing


@pytest.mark.parametrize("url", [None, "https://strelsau.example/a", "https://notwsj.com/a", "https://wsj.com.strelsau.example/a"])
def test_an_outlet_that_nobody_listed_is_its_own_owner(url: str | None) -> None:
    assert owner("Strelsau Post", url) == "Strelsau Post"


def test_a_domain_that_nobody_listed_is_one_owner_with_and_without_www() -> None:
    assert owner("www.Strelsau.example") == owner("strelsau.example") == "strelsau.example"


def test_names_of_one_group_have_one_owner_and_groups_are_many() -> None:
    assert owner("Wall Street Journal") == owner("MarketWatch") == owner("New York Post")
    assert (
        len({owner(name) for name in ("Reuters", "AP", "AFP", "Bloomberg", "Xinhua", "BBC News", "Financial Times", "The Guardian")}) == 8
    )


def test_owners_keep_the_order_of_rows() -> None:
    frame = pl.DataFrame({"source": ["B", "AP", "A", "AP"], "url": [None, None, "https://ft.com/a", "https://wsj.com/a"]})
    assert source_owner(frame).to_list() == ["B", "Associated Press", "Nikkei", "News Corp"]


def test_every_entry_is_whole_and_every_domain_is_a_bare_host() -> None:
    given = tomllib.loads(OWNERS_FILE.read_text(encoding="utf-8"))["owner"]
    assert len(given) >= 130
    assert len({entry["name"] for entry in given}) == len(given)
    for entry in given:
        assert set(entry) == {"name", "outlets", "domains", "note"}
        assert entry["outlets"]
        assert entry["note"]
        assert [domain for domain in entry["domains"] if domain != domain.lower() or domain.startswith("www.") or "/" in domain] == []


def test_no_aggregator_or_host_of_others_pages_stands_under_domains() -> None:
    shared = {"yahoo.com", "msn.com", "news.google.com", "google.com", "substack.com", "medium.com", "wordpress.com", "feedburner.com"}
    assert not shared & set(owners().by_domain)


def test_an_outlet_that_is_listed_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    twice = '[[owner]]\nname = "A"\noutlets = ["The Post"]\ndomains = []\n[[owner]]\nname = "B"\noutlets = ["POST"]\ndomains = []\n'
    path = tmp_path / "owners.toml"
    path.write_text(twice, encoding="utf-8")
    monkeypatch.setattr(module, "OWNERS_FILE", path)
    with pytest.raises(ValueError, match="listed twice: post"):
        owners.__wrapped__()


def test_an_article_bears_its_owner() -> None:
    found = admit(raw({"source": "AP"}, {"url": "https://www.bbc.co.uk/news/1"}, {})).articles
    assert found["source_owner"].to_list() == ["Associated Press", "BBC", "Strelsau Post"]


def test_the_invented_outlets_of_the_sample_are_their_own_owners() -> None:
    found = admit(collect_rows(read_articles([ArticleFiles(path=str(SAMPLE_ARTICLES))], last_day=SAMPLE_LAST_DAY))).articles
    assert found["source_owner"].equals(found["source"])
