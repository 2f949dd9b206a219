"""Precedence and validation of settings."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.contracts.upstreams import CENSUS, COMTRADE, GDELT, UPSTREAMS, Upstream
from pipeline.settings import (
    SAMPLE_ARTICLES,
    SAMPLE_FIRST_DAY,
    SAMPLE_LAST_DAY,
    SAMPLE_PAIRS,
    SAMPLE_TRADE,
    Settings,
    shipped_folder,
)
from pipeline.settings.archives import ArticleFiles
from pipeline.settings.load import SettingsError, change_settings, read_settings
from pipeline.settings.sources import Sources


@pytest.fixture(autouse=True)
def _run_in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write_toml(text: str) -> None:
    Path("tension.toml").write_text(text, encoding="utf-8")


def test_the_bundled_sample_is_read_by_default() -> None:
    settings = Settings()
    assert settings.articles == (ArticleFiles(path=str(SAMPLE_ARTICLES)),)
    assert settings.trade == SAMPLE_TRADE
    assert settings.pairs == tuple("-".join(sorted(pair.split("-"))) for pair in SAMPLE_PAIRS)
    assert (settings.first_day, settings.end) == (SAMPLE_FIRST_DAY, SAMPLE_LAST_DAY)
    assert settings.is_sample


def test_the_file_overrides_the_default() -> None:
    write_toml("half_life_days = 14\n")
    assert Settings().half_life_days == 14


def test_a_variable_overrides_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    write_toml("half_life_days = 14\nlookback_days = 3\n")
    monkeypatch.setenv("TENSION_HALF_LIFE_DAYS", "21")
    assert (Settings().half_life_days, Settings().lookback_days) == (21, 3)


def test_an_option_overrides_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    write_toml("half_life_days = 14\n")
    monkeypatch.setenv("TENSION_HALF_LIFE_DAYS", "21")
    assert Settings(half_life_days=28).half_life_days == 28


def test_the_file_may_have_every_setting() -> None:
    write_toml(
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


@pytest.mark.parametrize("pairs", ["USA-CHN", "CHN-USA", "usa-chn", " usa-CHN ", "USA-CHN,CHN-USA"])
def test_a_pair_is_accepted_in_either_order_and_case(pairs: str) -> None:
    assert Settings(pairs=pairs).pairs == ("CHN-USA",)


@pytest.mark.parametrize("pairs", ["USA", "USA-USA", "USACHN", "US-CN", "USA>CHN", "USA-CHN-EUN", "USA-XXX"])
def test_a_wrong_pair_is_refused_with_a_right_one(pairs: str) -> None:
    with pytest.raises(SettingsError, match=r"setting `pairs`: .* is not a pair of countries.*e\.g\. USA-CHN"):
        read_settings(pairs=pairs)


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ("EU-USA", "setting `pairs`: 'EU-USA' is not a pair of countries: the EU is EUN here, e.g. EUN-USA"),
        ("USA-UK", "setting `pairs`: 'USA-UK' is not a pair of countries: the UK is GBR here, e.g. GBR-USA"),
        (
            "USA-CHN,USA-XXX",
            "setting `pairs`: 'USA-XXX' is not a pair of countries: XXX is no country; write ISO alpha-3 codes, e.g. USA-CHN or EUN-USA",
        ),
        ("", "setting `pairs`: no pair of countries; write at least one, e.g. USA-CHN"),
    ],
)
def test_an_unknown_country_is_answered_with_what_to_write(pairs: str, message: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings(pairs=pairs)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("half_life_days = 0", "setting `half_life_days`: the value must be above 0 (half-life of the filter)"),
        ("lookback_days = 61", "setting `lookback_days`: the value must be at most 60"),
        ("lookback_days = 1.5", "setting `lookback_days`: write a whole number"),
        ('workers = "many"', "setting `workers`: write a whole number"),
        ('first_day = "04/09/2025"', "setting `first_day`: write a day, e.g. 2025-04-04 (first day; required if an upstream is enabled)"),
        ("first_day = 1", "setting `first_day`: write a day, e.g. 2025-04-04"),
        ('extractor = "oracle"', "setting `extractor`: write one of 'both', 'rules', 'encoder' or 'llm' (reading mode:"),
        ("home = 1", "setting `home`: write a path (folder that holds"),
        ("baseline = [2025-01-01]", "setting `baseline.1`: the value is missing"),
        ("articles = 1", "setting `articles`: write a list"),
        ("pairs = 1", "setting `pairs`: write a list"),
        ('pairs = ["USA-CHN", 1]', "setting `pairs.1`: write a text"),
        ('sources = "rss"', "setting `sources`: write a table of names and values"),
        ('sources.on = ["twitter"]', "setting `sources.on.0`: there is no upstream 'twitter'; write one of rss, gdelt"),
        ("sources.network.tries = 0", "setting `sources.network.tries`: the value must be at least 1"),
        ("sources.network.wait_seconds = 'long'", "setting `sources.network.wait_seconds`: write a number"),
        ("sources.gdelt.master_list = 'perhaps'", "setting `sources.gdelt.master_list`: write true or false"),
        ("sources.census.partners = ['China']", "setting `sources.census.partners.0`: write an ISO alpha-3 code, e.g. CHN"),
        ("sources.census.products = { steel = ['iron'] }", "setting `sources.census.products.steel.0`: write an HS code of 2 to 10 digits"),
        ("sources.rss.feeds = [{ name = 'a' }]", "setting `sources.rss.feeds.0.url`: the value is missing"),
        (
            "half_live_days = 14",
            "setting `half_live_days`: there is no such setting; did you mean `half_life_days`?",
        ),
        ("sources.rss.feed = 1", "setting `sources.rss.feed`: there is no such setting; docs/operations.md lists the settings"),
        ("first_day = 2025-04-02\nlast_day = 2025-04-01", "last_day 2025-04-01 is earlier than first_day 2025-04-02; swap them"),
        *((toml, "tension.toml is not valid TOML: ") for toml in ("first_day =", f"workers = {'1' * 5_000}", f"pairs = {'[' * 5_000}")),
    ],
)
def test_errors_name_the_setting_and_what_to_write(toml: str, message: str) -> None:
    write_toml(f"{toml}\n")
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert message in str(refused.value)
    assert not any(word in str(refused.value) for word in ("pydantic", "Value error", "Input should", "valid string"))


def test_every_wrong_setting_is_reported() -> None:
    write_toml("half_life_days = 0\nworkers = 0\n")
    with pytest.raises(SettingsError, match=r"`half_life_days`.*\n.*`workers`"):
        read_settings()


@pytest.mark.parametrize("days", [{"first_day": "0001-01-01"}, {"last_day": "9999-12-31"}, {"baseline": "0205-01-01:2025-01-31"}])
def test_a_day_in_a_year_without_articles_is_refused(days: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="is not in the years 1900 to 2100; correct the day, or leave it out"):
        read_settings(**days)


def test_the_name_of_a_feed_has_one_line() -> None:
    feed = {"name": "Strelsau\nPost", "url": "https://strelsau.example/feed"}
    with pytest.raises(SettingsError, match=r"sources\.rss\.feeds\.0\.name`: the value has the wrong form"):
        read_settings(first_day="2025-01-01", sources={"on": ["rss"], "rss": {"feeds": [feed]}})


def test_days_out_of_order_are_refused() -> None:
    with pytest.raises(ValidationError, match="last_day 2025-04-01 is earlier than first_day 2025-04-02"):
        Settings(first_day=date(2025, 4, 2), last_day=date(2025, 4, 1))


def test_a_baseline_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidationError, match="ends before it begins"):
        Settings(baseline=(date(2025, 4, 2), date(2025, 4, 1)))


@pytest.mark.parametrize(
    ("name", "value"), [("half_life_days", 0), ("half_life_days", -1), ("lookback_days", -1), ("lookback_days", 61), ("workers", 0)]
)
def test_a_number_outside_its_bounds_is_refused(name: str, value: float) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings(**{name: value})  # type: ignore[arg-type]


def test_the_file_may_begin_with_a_byte_order_mark() -> None:
    write_toml("\ufeffhalf_life_days = 14\n")
    assert Settings().half_life_days == 14


def test_a_misspelt_setting_in_the_file_is_refused() -> None:
    write_toml("half_live_days = 14\n")
    with pytest.raises(ValidationError, match="half_live_days"):
        Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [("extractor", "oracle"), ("llm_base_url", "localhost/v1"), ("llm_base_url", "https://user:key@host/v1"), ("llm_concurrency", 0)],
)
def test_wrong_settings_of_readers_are_refused(name: str, value: str | int) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings(**{name: value})  # type: ignore[arg-type]


def test_the_key_of_the_language_model_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_LLM_API_KEY", "sk-secret")
    settings = Settings()
    assert settings.llm_api_key is not None
    assert settings.llm_api_key.get_secret_value() == "sk-secret"
    assert "sk-secret" not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"


@pytest.mark.parametrize("name", ["TENSION_LLM_API_KEY", "TENSION_CENSUS_KEY"])
def test_a_key_that_no_header_may_have_is_refused_without_being_printed(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, " sk-secret\r\n")
    keys = [get_key(CENSUS, Settings()), getattr(Settings().llm_api_key, "get_secret_value", str)()]
    assert "sk-secret" in keys
    for key in ("sk-\nsecret", "sk-secr\u00e9t"):
        monkeypatch.setenv(name, key)
        with pytest.raises(SettingsError, match="copy it again") as refused:
            read_settings()
        assert "sk-" not in str(refused.value)


def test_an_error_in_another_setting_does_not_print_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_LLM_API_KEY", "sk-secret")
    with pytest.raises(ValidationError) as refused:
        Settings(first_day=date(2025, 4, 2), last_day=date(2025, 4, 1))
    assert "sk-secret" not in str(refused.value)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        setattr(Settings(), "workers", 2)  # noqa: B010 a plain assignment is refused by the type checker already


def test_the_partitions_of_own_articles_have_no_end() -> None:
    assert Settings(articles=(Path("wire.jsonl"),)).end is None


def test_the_last_day_also_ends_the_sample() -> None:
    assert Settings(last_day=date(2025, 3, 1)).end == date(2025, 3, 1)


def test_all_output_folders_are_in_the_home() -> None:
    settings = Settings(home=Path("here"))
    assert all(folder.parent == Path("here") for folder in (settings.lake, settings.published, settings.inbox, settings.dagster_home))


def test_sql_and_expectations_are_found_next_to_the_package() -> None:
    assert (shipped_folder("sql") / "checks").is_dir()
    assert (shipped_folder("expectations") / "articles.yaml").is_file()


def test_an_archive_may_have_other_column_names() -> None:
    write_toml('[[articles]]\npath = "old/*.csv"\nsource = "Strelsau Post"\ncolumns = { title = "headline" }\n')
    (archive,) = Settings().articles
    assert (archive.path, archive.source) == ("old/*.csv", "Strelsau Post")
    assert archive.columns == {"title": ("headline",)}


def test_a_path_given_as_option_keeps_the_columns_of_its_archive() -> None:
    write_toml('[[articles]]\npath = "old.csv"\ncolumns = { title = "headline" }\n[[articles]]\npath = "other.csv"\n')
    archives = read_settings(articles=(Path("new.csv"), Path("old.csv"))).articles
    assert [(archive.path, dict(archive.columns)) for archive in archives] == [("new.csv", {}), ("old.csv", {"title": ("headline",)})]


def test_a_tilde_is_the_home_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/rudolf")
    write_toml('home = "~/index"\ntrade = "~/trade"\narticles = "~/news/*.csv, more"\nllm_confidence = "~"\n')
    settings = Settings()
    assert [str(path) for path in (settings.home, settings.trade, settings.llm_confidence)] == [
        "/home/rudolf/index", "/home/rudolf/trade", "/home/rudolf",
    ]  # fmt: skip
    assert [archive.path for archive in settings.articles] == ["/home/rudolf/news/*.csv", "more"]


def test_an_unknown_article_column_is_refused() -> None:
    write_toml('[[articles]]\npath = "old"\ncolumns = { heading = "headline" }\n')
    with pytest.raises(ValidationError, match="columns"):
        Settings()


def test_the_sample_is_not_read_when_an_upstream_is_enabled() -> None:
    write_toml('first_day = 2026-01-01\n[sources]\non = ["gdelt"]\n')
    settings = Settings()
    assert settings.articles == ()
    assert not settings.is_sample


def test_an_enabled_upstream_needs_a_first_day() -> None:
    write_toml('[sources]\non = ["gdelt"]\n')
    with pytest.raises(ValidationError, match="first_day is not set"):
        Settings()


def test_an_unknown_upstream_is_refused() -> None:
    write_toml('first_day = 2026-01-01\n[sources]\non = ["twitter"]\n')
    with pytest.raises(ValidationError, match=r"sources\.on"):
        Settings()


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://host/x", "https://user:secret@host/x", "host/feed"])
def test_the_url_of_a_feed_has_no_password(url: str) -> None:
    write_toml(f'first_day = 2026-01-01\n[sources]\non = ["rss"]\n[[sources.rss.feeds]]\nname = "a"\nurl = "{url}"\n')
    with pytest.raises(ValidationError, match=r"sources\.rss\.feeds") as refused:
        Settings()
    assert "secret" not in str(refused.value)


def test_nothing_is_fetched_by_default() -> None:
    assert Settings().sources.on == ()


def get_key(upstream: Upstream[Any], settings: Settings) -> str | None:
    key = getattr(settings.sources.get_group(upstream), "key", None)
    return key.get_secret_value() if key else None


def test_the_keys_of_upstreams_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_CENSUS_KEY", "abc123")
    settings = Settings()
    assert get_key(CENSUS, settings) == "abc123"
    assert "abc123" not in repr(settings) + settings.model_dump_json()


@pytest.mark.parametrize("upstream", [one for one in UPSTREAMS.values() if one.key_variable], ids=lambda one: str(one.name))
def test_the_variable_of_a_key_overrides_the_file(upstream: Upstream[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    write_toml(f'{upstream.name}_key = "in file"\n')
    assert get_key(upstream, Settings()) == "in file"
    monkeypatch.setenv(str(upstream.key_variable), "in variable")
    assert get_key(upstream, Settings()) == "in variable"


def test_a_key_in_the_file_may_be_in_the_group_of_its_upstream(monkeypatch: pytest.MonkeyPatch) -> None:
    write_toml('[sources.census]\nkey = "in file"\npartners = ["CAN"]\n')
    assert get_key(CENSUS, Settings()) == "in file"
    monkeypatch.setenv("TENSION_CENSUS_KEY", "in variable")
    settings = Settings()
    assert (get_key(CENSUS, settings), settings.sources.get_group(CENSUS).partners) == ("in variable", ("CAN",))


def test_a_key_is_unchanged_when_other_settings_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_COMTRADE_KEY", "abc123")
    assert get_key(COMTRADE, change_settings(Settings(), sources={"comtrade": {"pairs": ["CHN-USA"]}})) == "abc123"
    settings = change_settings(Settings(), last_day=date(2025, 3, 1))
    monkeypatch.delenv("TENSION_COMTRADE_KEY")
    assert get_key(COMTRADE, change_settings(settings, workers=2)) == "abc123"


def test_a_key_next_to_a_mistake_is_not_printed() -> None:
    write_toml('census_key = "abc123"\nsources = "rss"\n')
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert "abc123" not in str(refused.value)


@pytest.mark.parametrize(
    ("group", "message"),
    [
        ({"census": {"partners": ["CHN", "XXX"]}}, "no Census Bureau code is known for XXX"),
        ({"census": {"products": {"soybeans": []}}}, "a product needs a name and at least one HS code"),
        ({"census": {"products": {" ": ["1201"]}}}, "a product needs a name and at least one HS code"),
        ({"comtrade": {"pairs": ["CHN-XXX"]}}, "'CHN-XXX' is not a reporter and a partner"),
        ({"comtrade": {"pairs": ["CHN"]}}, "'CHN' is not a reporter and a partner"),
        ({"comtrade": {"pairs": ["CHN-CHN"]}}, "'CHN-CHN' is not a reporter and a partner"),
        ({"comtrade": {"products": {"soybeans": ["12019000"]}}}, r"cannot be fetched: soybeans \(12019000\)"),
        ({"census": {"products": {"steel": ["72", "720"]}}}, r"cannot be fetched: steel \(720\)"),
        ({"on": ["rss"]}, r"rss is enabled, but sources\.rss\.feeds is empty"),
        ({"on": ["gdelt"], "gdelt": {"files": []}}, r"sources\.gdelt\.files is empty"),
        ({"on": ["census"], "census": {"partners": []}}, r"sources\.census\.partners is empty"),
        ({"on": ["comtrade"]}, r"sources\.comtrade\.pairs is empty"),
        ({"gdelt": {"outlets": ["Reuters"]}}, r"write a domain, e\.g\. reuters\.com"),
        ({"gdelt": {"outlets": ["https://reuters.com"]}}, r"write a domain"),
        *(
            ({"network": {"private_hosts": [host]}}, "write the name or address of a host")
            for host in ("http://feeds.internal", "feeds.internal:8080", "10.0.0.0/8", "")
        ),
    ],
)
def test_requests_that_a_statistical_office_cannot_answer_are_refused(group: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Sources.model_validate(group)


def test_an_outlet_is_written_as_gdelt_does() -> None:
    assert Sources.model_validate({"gdelt": {"outlets": ["www.Reuters.com", " bbc.co.uk"]}}).get_group(GDELT).outlets == (
        "reuters.com", "bbc.co.uk",
    )  # fmt: skip


def test_private_hosts_are_names_or_addresses() -> None:
    hosts = ("localhost", "feeds.internal", "10.0.0.7", "::1", "[::1]")
    assert Sources.model_validate({"network": {"private_hosts": hosts}}).network.private_hosts == hosts


def test_repeated_partners_and_pairs_are_used_once() -> None:
    sources = Sources.model_validate({"census": {"partners": ["CHN", "CHN"]}, "comtrade": {"pairs": ["CHN-USA", "CHN-USA"]}})
    assert (sources.get_group(CENSUS).partners, sources.get_group(COMTRADE).pairs) == (("CHN",), ("CHN-USA",))


@pytest.mark.parametrize("url", ["s3://bucket", "s3://bucket/index/of/trade", "gs://bucket/x", "az://container", "file:///srv/share"])
def test_releases_are_uploaded_to_an_object_store(url: str) -> None:
    assert Settings(publish_to=url, lake_url=url).publish_to == url


@pytest.mark.parametrize(
    "url", ["bucket", "s3://", "s3://key:secret@bucket", "az://c?sig=secret", "http://host/x", "file://", "file://host/x"]
)
def test_a_place_for_releases_is_a_url_without_credentials(url: str) -> None:
    for setting in ("publish_to", "lake_url"):
        with pytest.raises(SettingsError, match=f"setting `{setting}`: the value has the wrong form") as caught:
            read_settings(**{setting: url})
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("home = 1", "setting `home`: write a path (folder that holds the lake, the published files and Dagster's history)"),
        ("sources.network.tries = 0", "setting `sources.network.tries`: the value must be at least 1"),
    ],
)
def test_one_mistake_is_one_error(toml: str, message: str) -> None:
    write_toml(toml)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert str(refused.value) == message


def test_a_variable_of_a_group_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_SOURCES", "rss")
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert str(refused.value) == (
        "variable TENSION_SOURCES: groups of settings belong in tension.toml, as a table [sources]; unset the variable"
    )


@pytest.mark.parametrize("name", ["home", "trade", "llm_confidence"])
def test_an_empty_path_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"TENSION_{name.upper()}", "")
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert str(refused.value) == f"setting `{name}`: the path is empty; write one, or a full stop for the working folder"
