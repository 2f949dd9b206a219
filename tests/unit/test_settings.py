"""Settings come from the command, then from variables, then from `tension.toml`, then from the defaults; wrong ones are refused."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.contracts.upstreams import CENSUS, COMTRADE, UPSTREAMS, Upstream
from pipeline.settings import (
    SAMPLE_ARTICLES,
    SAMPLE_FIRST_DAY,
    SAMPLE_LAST_DAY,
    SAMPLE_PAIRS,
    SAMPLE_TRADE,
    Settings,
    shipped,
)
from pipeline.settings.archives import ArticleFiles
from pipeline.settings.reading import change_settings
from pipeline.settings.sources import Sources


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def toml(text: str) -> None:
    Path("tension.toml").write_text(text, encoding="utf-8")


def test_without_anything_the_bundled_sample_is_read() -> None:
    settings = Settings()
    assert settings.articles == (ArticleFiles(path=str(SAMPLE_ARTICLES)),)
    assert settings.trade == SAMPLE_TRADE
    assert settings.pairs == tuple("-".join(sorted(pair.split("-"))) for pair in SAMPLE_PAIRS)
    assert (settings.first_day, settings.end) == (SAMPLE_FIRST_DAY, SAMPLE_LAST_DAY)
    assert settings.is_sample


def test_the_file_goes_before_the_default() -> None:
    toml("half_life_days = 14\n")
    assert Settings().half_life_days == 14


def test_a_variable_goes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    toml("half_life_days = 14\nlookback_days = 3\n")
    monkeypatch.setenv("TENSION_HALF_LIFE_DAYS", "21")
    assert (Settings().half_life_days, Settings().lookback_days) == (21, 3)


def test_what_a_command_gives_goes_before_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    toml("half_life_days = 14\n")
    monkeypatch.setenv("TENSION_HALF_LIFE_DAYS", "21")
    assert Settings(half_life_days=28).half_life_days == 28


def test_a_file_may_give_every_setting() -> None:
    toml(
        'home = "elsewhere"\narticles = ["wire", "more/wire.jsonl"]\ntrade = "figures"\npairs = ["usa-chn"]\nfirst_day = 2018-01-01\n'
        "last_day = 2018-12-31\nbaseline = [2018-01-01, 2018-06-30]\nhalf_life_days = 3.5\nlookback_days = 0\nworkers = 2\n"
    )
    settings = Settings()
    assert settings.home == Path("elsewhere")
    assert [archive.path for archive in settings.articles] == ["wire", "more/wire.jsonl"]
    assert settings.baseline == (date(2018, 1, 1), date(2018, 6, 30))
    assert (settings.first_day, settings.end) == (date(2018, 1, 1), date(2018, 12, 31))
    assert (settings.pairs, settings.half_life_days, settings.lookback_days, settings.workers) == (("CHN-USA",), 3.5, 0, 2)
    assert not settings.is_sample


def test_lists_in_variables_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_ARTICLES", "wire,more/wire.jsonl")
    monkeypatch.setenv("TENSION_PAIRS", "USA-CHN,EUN-USA")
    assert [archive.path for archive in Settings().articles] == ["wire", "more/wire.jsonl"]
    assert Settings().pairs == ("CHN-USA", "EUN-USA")


@pytest.mark.parametrize("given", ["USA-CHN", "CHN-USA", "usa-chn", " usa-CHN ", "USA-CHN,CHN-USA"])
def test_a_pair_has_one_name_whichever_way_it_is_written(given: str) -> None:
    assert Settings(pairs=given).pairs == ("CHN-USA",)


@pytest.mark.parametrize("given", ["USA", "USA-USA", "USACHN", "US-CN", "USA>CHN", "USA-CHN-EUN"])
def test_a_wrong_pair_is_refused_with_one_that_would_be_right(given: str) -> None:
    with pytest.raises(ValidationError, match=r"not a pair of countries.*such as USA-CHN"):
        Settings(pairs=given)


def test_days_out_of_order_are_refused() -> None:
    with pytest.raises(ValidationError, match="last_day 2025-04-01 lies before first_day 2025-04-02"):
        Settings(first_day=date(2025, 4, 2), last_day=date(2025, 4, 1))


def test_a_baseline_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidationError, match="ends before it begins"):
        Settings(baseline=(date(2025, 4, 2), date(2025, 4, 1)))


@pytest.mark.parametrize(
    ("name", "value"), [("half_life_days", 0), ("half_life_days", -1), ("lookback_days", -1), ("lookback_days", 61), ("workers", 0)]
)
def test_a_number_outside_its_limits_is_refused(name: str, value: float) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings(**{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("given", ["host:8786", "tcp://host", "http://host:8786", "tcp://ho st:8786", ""])
def test_a_cluster_that_is_no_address_of_a_scheduler_is_refused(given: str) -> None:
    with pytest.raises(ValidationError, match="cluster"):
        Settings(cluster=given)


def test_a_cluster_is_one_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_CLUSTER", "tcp://host:8786")
    assert Settings().cluster == "tcp://host:8786"


def test_a_misspelt_setting_in_the_file_is_refused() -> None:
    toml("half_live_days = 14\n")
    with pytest.raises(ValidationError, match="half_live_days"):
        Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [("extractor", "oracle"), ("llm_base_url", "localhost/v1"), ("llm_base_url", "https://user:key@host/v1"), ("llm_concurrency", 0)],
)
def test_a_reader_that_cannot_be_is_refused(name: str, value: str | int) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings(**{name: value})  # type: ignore[arg-type]


def test_a_key_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_LLM_API_KEY", "sk-secret")
    settings = Settings()
    assert settings.llm_api_key is not None
    assert settings.llm_api_key.get_secret_value() == "sk-secret"
    assert "sk-secret" not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"


def test_a_wrong_setting_does_not_print_the_key_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_LLM_API_KEY", "sk-secret")
    with pytest.raises(ValidationError) as refused:
        Settings(first_day=date(2025, 4, 2), last_day=date(2025, 4, 1))
    assert "sk-secret" not in str(refused.value)


def test_settings_do_not_change_once_made() -> None:
    with pytest.raises(ValidationError):
        setattr(Settings(), "workers", 2)  # noqa: B010 a plain assignment is refused by the type checker already


def test_articles_of_ones_own_go_on_with_the_calendar() -> None:
    assert Settings(articles=(Path("wire.jsonl"),)).end is None


def test_a_last_day_that_is_given_ends_the_sample_too() -> None:
    assert Settings(last_day=date(2025, 3, 1)).end == date(2025, 3, 1)


def test_everything_a_run_makes_lies_in_its_home() -> None:
    settings = Settings(home=Path("here"))
    assert all(folder.parent == Path("here") for folder in (settings.lake, settings.published, settings.inbox, settings.dagster_home))


def test_sql_and_promises_are_found_beside_the_package() -> None:
    assert (shipped("sql") / "checks").is_dir()
    assert (shipped("expectations") / "articles.yaml").is_file()


def test_an_archive_may_name_its_columns_otherwise() -> None:
    toml('[[articles]]\npath = "old/*.csv"\nsource = "Strelsau Post"\ncolumns = { title = "headline" }\n')
    (archive,) = Settings().articles
    assert (archive.path, archive.source) == ("old/*.csv", "Strelsau Post")
    assert archive.columns == {"title": ("headline",)}


def test_a_column_that_we_do_not_have_is_refused() -> None:
    toml('[[articles]]\npath = "old"\ncolumns = { heading = "headline" }\n')
    with pytest.raises(ValidationError, match="columns"):
        Settings()


def test_with_an_upstream_on_the_sample_is_not_read() -> None:
    toml('first_day = 2026-01-01\n[sources]\non = ["rss"]\n')
    settings = Settings()
    assert settings.articles == ()
    assert not settings.is_sample


def test_with_an_upstream_on_the_first_day_must_be_said() -> None:
    toml('[sources]\non = ["rss"]\n')
    with pytest.raises(ValidationError, match="first_day is not set"):
        Settings()


def test_an_upstream_that_nobody_knows_is_refused() -> None:
    toml('first_day = 2026-01-01\n[sources]\non = ["twitter"]\n')
    with pytest.raises(ValidationError, match=r"sources\.on"):
        Settings()


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://host/x", "https://user:secret@host/x", "host/feed"])
def test_a_feed_must_be_a_link_without_a_password(url: str) -> None:
    toml(f'first_day = 2026-01-01\n[sources]\non = ["rss"]\n[[sources.rss.feeds]]\nname = "a"\nurl = "{url}"\n')
    with pytest.raises(ValidationError, match=r"sources\.rss\.feeds") as refused:
        Settings()
    assert "secret" not in str(refused.value)


def test_nothing_is_fetched_by_default() -> None:
    assert Settings().sources.on == ()


def key_of(upstream: Upstream[Any], settings: Settings) -> str | None:
    key = getattr(settings.sources.of(upstream), "key", None)
    return key.get_secret_value() if key else None


def test_keys_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_CENSUS_KEY", "abc123")
    settings = Settings()
    assert key_of(CENSUS, settings) == "abc123"
    assert "abc123" not in repr(settings) + settings.model_dump_json()


@pytest.mark.parametrize("upstream", [one for one in UPSTREAMS.values() if one.key_variable], ids=lambda one: str(one.name))
def test_a_key_is_read_from_its_variable_before_the_file(upstream: Upstream[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    toml(f'{upstream.name}_key = "of the file"\n')
    assert key_of(upstream, Settings()) == "of the file"
    monkeypatch.setenv(str(upstream.key_variable), "of the variable")
    assert key_of(upstream, Settings()) == "of the variable"


def test_a_key_in_the_file_may_be_in_the_group_of_its_upstream(monkeypatch: pytest.MonkeyPatch) -> None:
    toml('[sources.census]\nkey = "of the file"\npartners = ["CAN"]\n')
    assert key_of(CENSUS, Settings()) == "of the file"
    monkeypatch.setenv("TENSION_CENSUS_KEY", "of the variable")
    settings = Settings()
    assert (key_of(CENSUS, settings), settings.sources.of(CENSUS).partners) == ("of the variable", ("CAN",))


def test_a_key_stays_when_a_command_changes_other_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_COMTRADE_KEY", "abc123")
    assert key_of(COMTRADE, change_settings(Settings(), sources={"comtrade": {"pairs": ["CHN-USA"]}})) == "abc123"
    settings = change_settings(Settings(), last_day=date(2025, 3, 1))
    monkeypatch.delenv("TENSION_COMTRADE_KEY")
    assert key_of(COMTRADE, change_settings(settings, workers=2)) == "abc123"


def test_a_key_next_to_a_mistake_is_not_shown() -> None:
    toml('census_key = "abc123"\nsources = "rss"\n')
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert "abc123" not in str(refused.value)


@pytest.mark.parametrize(
    ("group", "said"),
    [
        ({"census": {"partners": ["CHN", "XXX"]}}, "codes of XXX are unknown"),
        ({"census": {"products": {"soybeans": []}}}, "a product needs a name and at least one HS code"),
        ({"census": {"products": {" ": ["1201"]}}}, "a product needs a name and at least one HS code"),
        ({"comtrade": {"pairs": ["CHN-XXX"]}}, "'CHN-XXX' is no reporter and partner"),
        ({"comtrade": {"pairs": ["CHN"]}}, "'CHN' is no reporter and partner"),
        ({"comtrade": {"pairs": ["CHN-CHN"]}}, "'CHN-CHN' is no reporter and partner"),
        ({"comtrade": {"products": {"soybeans": ["12019000"]}}}, r"cannot be asked for: soybeans \(12019000\)"),
    ],
)
def test_what_a_statistical_office_cannot_be_asked_is_a_mistake_in_the_settings(group: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Sources.model_validate(group)


def test_partners_and_pairs_that_are_given_twice_are_asked_for_once() -> None:
    given = Sources.model_validate({"census": {"partners": ["CHN", "CHN"]}, "comtrade": {"pairs": ["CHN-USA", "CHN-USA"]}})
    assert (given.of(CENSUS).partners, given.of(COMTRADE).pairs) == (("CHN",), ("CHN-USA",))
