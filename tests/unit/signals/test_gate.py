import polars as pl
import pytest

from pipeline.signals.gate import passes


def passed(title: str, body: str) -> bool:
    return bool(passes(pl.DataFrame({"title": [title], "body": [body]}))[0])


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("New duties", "Washington imposed tariffs on Chinese steel."),
        ("JAPAN AND U.S. HOLD TRADE TALKS", "They met."),
        ("Dispute", "The Commerce Department put Canadian lumber under anti-dumping duties."),
        ("Trump hits China with tariffs", ""),
        ("EU weighs tariffs", ""),
    ],
)
def test_trade_news_between_countries_is_read(title: str, body: str) -> None:
    assert passed(title, body)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Weather", "It rained in China and Japan."),
        ("Prices", "Tariffs weigh on American consumers."),
        ("Tariffs rise again", ""),
        ("China wins the cup", ""),
    ],
)
def test_other_news_is_not_read(title: str, body: str) -> None:
    assert not passed(title, body)


def test_the_same_country_twice_is_one_country() -> None:
    assert not passed("Tariffs", "Washington said the American tariffs stay.")


def test_the_order_of_articles_is_kept() -> None:
    frame = pl.DataFrame({"title": ["x", "Trump hits China with tariffs", "y"], "body": ["", "", ""]})
    assert passes(frame).to_list() == [False, True, False]


def test_no_articles_give_no_answers() -> None:
    assert passes(pl.DataFrame(schema={"title": pl.String(), "body": pl.String()})).to_list() == []
