"""The owner of an outlet is found by its name and by the domain of its link."""

import tomllib
from pathlib import Path

import polars as pl
import pytest

from pipeline.articles import owners as module
from pipeline.articles.clean import clean_articles
from pipeline.articles.owners import OWNERS_FILE, find_owners, read_owners
from pipeline.settings import SAMPLE_ARTICLES, SAMPLE_LAST_DAY
from pipeline.settings.archives import ArticleFiles
from pipeline.sources.files.articles import collect_rows, read_articles
from tests.unit.articles.rows import raw


def find_owner(source: str, url: str | None = None) -> str:
    return str(find_owners(pl.DataFrame({"source": [source], "url": [url]}, schema={"source": pl.String, "url": pl.String}))[0])


@pytest.mark.parametrize(
    "name",
    ["Reuters", "REUTERS", "Reuters News Agency", "The Reuters", "reuters.com", "www.Reuters.com", "uk.reuters.com", "Reuters - World"],
)
def test_an_outlet_is_found_by_any_spelling_of_its_name(name: str) -> None:
    assert find_owner(name) == "Thomson Reuters"


@pytest.mark.parametrize("url", ["https://www.wsj.com/a", "HTTP://WSJ.COM", "https://amp.wsj.com:443/a?b", "https://me@wsj.com/a"])
def test_an_outlet_is_found_by_the_domain_of_its_link(url: str) -> None:
    assert find_owner("Business desk", url) == "News Corp"


def test_the_domain_of_a_link_takes_precedence_over_the_name() -> None:
    assert find_owner("Sunday Times", "https://www.ft.com/a") == "Nikkei"
    assert find_owner("Reuters", "https://finance.yahoo.com/a") == "Thomson Reuters"  # aggregators are not owners


@pytest.mark.parametrize("url", [None, "https://strelsau.example/a", "https://notwsj.com/a", "https://wsj.com.strelsau.example/a"])
def test_an_unlisted_outlet_is_its_own_owner(url: str | None) -> None:
    assert find_owner("Strelsau Post", url) == "Strelsau Post"


@pytest.mark.parametrize("section", [" - World", " | Business & Economy", ": Top Stories", " » Latest News » RSS", " - "])
def test_the_sections_of_an_unlisted_outlet_have_one_owner(section: str) -> None:
    assert find_owner(f"Strelsau Post{section}") == "Strelsau Post"
    assert find_owner(f"www.Strelsau.example{section}") == "strelsau.example"


@pytest.mark.parametrize("name", ["Strelsau - Hentzau", "Ministry of Trade - Ruritania", "Mid-World", ": World", "Post - World Cup"])
def test_a_name_with_a_dash_keeps_what_is_no_section(name: str) -> None:
    assert find_owner(name) == name


def test_an_unlisted_domain_has_one_owner_with_and_without_www() -> None:
    assert find_owner("www.Strelsau.example") == find_owner("strelsau.example") == "strelsau.example"


def test_outlets_of_one_group_have_one_owner() -> None:
    assert find_owner("Wall Street Journal") == find_owner("MarketWatch") == find_owner("New York Post")
    names = ("Reuters", "AP", "AFP", "Bloomberg", "Xinhua", "BBC News", "Financial Times", "The Guardian")
    assert len({find_owner(name) for name in names}) == 8


def test_owners_keep_the_order_of_rows() -> None:
    frame = pl.DataFrame({"source": ["B", "AP", "A", "AP"], "url": [None, None, "https://ft.com/a", "https://wsj.com/a"]})
    assert find_owners(frame).to_list() == ["B", "Associated Press", "Nikkei", "News Corp"]


def test_every_entry_is_complete_and_every_domain_a_bare_host() -> None:
    entries = tomllib.loads(OWNERS_FILE.read_text(encoding="utf-8"))["owner"]
    assert len(entries) >= 130
    assert len({entry["name"] for entry in entries}) == len(entries)
    for entry in entries:
        assert set(entry) == {"name", "outlets", "domains", "note"}
        assert entry["outlets"]
        assert entry["note"]
        assert [domain for domain in entry["domains"] if domain != domain.lower() or domain.startswith("www.") or "/" in domain] == []


def test_no_aggregator_is_listed_under_domains() -> None:
    shared = {"yahoo.com", "msn.com", "news.google.com", "google.com", "substack.com", "medium.com", "wordpress.com", "feedburner.com"}
    assert not shared & set(read_owners().by_domain)


def test_an_outlet_listed_twice_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = '[[owner]]\nname = "A"\noutlets = ["The Post"]\ndomains = []\n[[owner]]\nname = "B"\noutlets = ["POST"]\ndomains = []\n'
    path = tmp_path / "owners.toml"
    path.write_text(f"section_words = []\n{content}", encoding="utf-8")
    monkeypatch.setattr(module, "OWNERS_FILE", path)
    with pytest.raises(ValueError, match="listed twice: post"):
        read_owners.__wrapped__()


def test_an_article_has_its_owner() -> None:
    articles = clean_articles(raw({"source": "AP"}, {"url": "https://www.bbc.co.uk/news/1"}, {})).articles
    assert articles["source_owner"].to_list() == ["Associated Press", "BBC", "Strelsau Post"]


def test_the_invented_outlets_of_the_sample_are_their_own_owners() -> None:
    articles = clean_articles(collect_rows(read_articles([ArticleFiles(path=str(SAMPLE_ARTICLES))], last_day=SAMPLE_LAST_DAY))).articles
    assert articles["source_owner"].equals(articles["source"])
