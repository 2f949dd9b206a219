"""Settings of the user: names, defaults, limits, and where they come from.

Precedence: command options, TENSION_* variables, `tension.toml` in the working folder, defaults. Belongs here: names, types, defaults
and limits of settings, and paths. Does not: code that uses them.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from pipeline.contracts.countries import parse_pair
from pipeline.contracts.instants import FIRST_YEAR, LAST_YEAR
from pipeline.contracts.readers import ReaderName
from pipeline.contracts.upstreams import ApiKey
from pipeline.settings.archives import ArticleFiles, expand_home, to_archive
from pipeline.settings.sources import Sources, TomlFile, Variables

PACKAGE = Path(__file__).parents[1]
SAMPLE_ARTICLES = PACKAGE / "sample" / "articles"
_SAMPLE = ArticleFiles(path=str(SAMPLE_ARTICLES))
SAMPLE_TRADE = PACKAGE / "sample" / "trade"
SAMPLE_FIRST_DAY = date(2025, 1, 20)
SAMPLE_LAST_DAY = date(2025, 11, 30)
SAMPLE_NOTE = "Bundled sample: invented articles about public facts of 2025. Not for citation."
SAMPLE_PAIRS = ("CHN-USA", "EUN-USA", "JPN-USA", "CAN-USA", "MEX-USA", "BRA-USA", "IND-USA")

_BUCKET_URL = r"^(?:(?:s3|gs|az)://[^/@?#\s]+(?:/[^@?#\s]*)?|file:///[^@?#\s]+)$"


def _require_path(value: Any) -> Any:
    """Raise `ValueError` for an empty text, which would be the working folder.

    Any other value is returned unchanged.
    """
    if isinstance(value, str) and not value.strip():
        raise ValueError("the path is empty; write one, or a full stop for the working folder")
    return value


def _require_year(day: date) -> date:
    """Return the day; `ValueError` if no article has its year."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"{day} is not in the years {FIRST_YEAR} to {LAST_YEAR}; correct the day, or leave it out")
    return day


Day = Annotated[date, AfterValidator(_require_year)]
UserPath = Annotated[Path, BeforeValidator(_require_path), AfterValidator(lambda path: Path(expand_home(str(path))))]


def shipped_folder(name: str) -> Path:
    """Return the path of the folder `sql`, `expectations` or `docs`.

    It is next to the package in a checkout, and inside it in a wheel.
    """
    in_checkout = PACKAGE.parent / name
    return in_checkout if in_checkout.is_dir() else PACKAGE / "_shipped" / name


class Settings(BaseSettings):
    """Input, days, pairs, method and output folder of a run."""

    # Errors must not show the input, because it may contain a key.
    model_config = SettingsConfigDict(
        env_prefix="TENSION_", toml_file="tension.toml", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    home: UserPath = Field(Path("data"), description="folder that holds the lake, the published files and Dagster's history")
    sources: Sources = Field(Sources(), description="enabled upstreams and their settings")
    articles: Annotated[tuple[ArticleFiles, ...], NoDecode] = Field(
        default_factory=lambda data: () if "sources" in data and data["sources"].on else (_SAMPLE,),
        description="article files, folders or patterns; default: the bundled sample, or none if an upstream is enabled",
    )
    trade: UserPath = Field(
        SAMPLE_TRADE,
        description="folder with `flows.csv` and optionally `tariffs.csv`, lists by tariff line (`hs6_USA_CHN.csv`) and `commitments.csv`; "
        "default: the bundled official figures",
    )
    pairs: Annotated[tuple[str, ...], NoDecode] = Field(SAMPLE_PAIRS, description="pairs of countries whose index is published")
    first_day: Day = Field(SAMPLE_FIRST_DAY, description="first day; required if an upstream is enabled")
    last_day: Day | None = Field(None, description="last day; none: that of the sample or the articles, with upstreams yesterday")
    baseline: Annotated[tuple[Day, Day] | None, NoDecode] = Field(
        None, description="baseline window; none: growing versions of the first 365 days read"
    )
    half_life_days: float = Field(7.0, gt=0, le=3650, description="half-life of the filter")
    lookback_days: int = Field(7, ge=0, le=60, description="days that each scheduled run reads again, for late articles")
    workers: int | None = Field(None, ge=1, le=64, description="threads or processes that read articles; default: one per core")
    extractor: ReaderName = Field(
        "both", description="reading mode: `both` (rules and encoder), `rules`, `encoder`, or `llm`, a language model"
    )
    llm_base_url: str = Field(
        "", pattern=r"^(?:https?://[^/@\s]+(?:/\S*)?)?$", description="endpoint of the chat API, e.g. `https://host/v1`"
    )
    llm_model: str = Field("", description="name of the model at the endpoint")
    llm_api_key: ApiKey | None = Field(None, description="API key of the endpoint; set it as a variable only")
    llm_confidence: UserPath | None = Field(
        None, description="measured table of probabilities by the model's confidence; none: a cautious default"
    )
    llm_concurrency: int = Field(4, ge=1, le=64, description="concurrent requests")
    llm_timeout_seconds: float = Field(60.0, gt=0, le=3600, description="longest wait for one response")
    llm_budget_requests: int = Field(1_000, ge=1, description="maximum requests per run")
    llm_budget_tokens: int = Field(5_000_000, ge=1, description="maximum tokens per run, input and output")
    lake_url: str | None = Field(
        None,
        pattern=_BUCKET_URL,
        description="URL of a lake that several machines share, e.g. `s3://bucket/lake`; `lake/` of the home is then a copy",
    )
    publish_to: str | None = Field(
        None,
        pattern=_BUCKET_URL,
        description="URL to which each release is uploaded, e.g. `s3://bucket/prefix`; credentials as variables only",
    )

    @field_validator("articles", mode="before")
    @classmethod
    def _split_paths(cls, value: Any) -> Any:
        parts = [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        return tuple(to_archive(part) for part in parts) if isinstance(parts, list | tuple) else parts

    @field_validator("pairs", mode="before")
    @classmethod
    def _parse_pairs(cls, value: Any) -> Any:
        """Convert a list, or a text with commas, to distinct pairs.

        Codes are put in alphabetical order (`CHN-USA`); the order of pairs stays, and empty parts are skipped. `ValueError` for what is no
        pair, or if there is none. A value of another type is returned as it is, for pydantic to refuse.
        """
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
            return parts  # pydantic says what is wrong
        pairs = tuple(dict.fromkeys("-".join(parse_pair(part)) for part in parts if part.strip()))
        if not pairs:
            raise ValueError("no pair of countries; write at least one, e.g. USA-CHN")
        return pairs

    @field_validator("baseline", mode="before")
    @classmethod
    def _split_window(cls, value: Any) -> Any:
        return tuple(value.split(":")) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _check_days(self) -> "Settings":
        """Raise `ValueError` if a range of days ends before it begins.

        The ranges are the days of the run and the baseline. It is also raised if an upstream is enabled, but no first day is set.
        """
        if self.last_day and self.last_day < self.first_day:
            raise ValueError(f"last_day {self.last_day} is earlier than first_day {self.first_day}; swap them")
        if self.sources.on and "first_day" not in self.model_fields_set:
            raise ValueError(
                "first_day is not set; set the first day to read from the upstreams in sources.on, e.g. first_day = 2026-01-01"
            )
        if self.baseline and self.baseline[1] < self.baseline[0]:
            raise ValueError(f"the baseline window {self.baseline[0]} to {self.baseline[1]} ends before it begins; swap its days")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources of settings: options, then variables, then `tension.toml`.

        The first that has a setting wins. `.env` files and files of secrets are not read.
        """
        return init_settings, Variables(settings_cls), TomlFile(settings_cls)

    @property
    def is_sample(self) -> bool:
        """Whether the article files are only the bundled sample.

        Every output must say so. Stored articles of upstreams are then not read, and files in the inbox are an error.
        """
        return self.articles == (_SAMPLE,)

    @property
    def end(self) -> date | None:
        """Last day of the daily partitions; None if they have no end.

        It is `last_day`, or else the last day of the sample if that is read.
        """
        return SAMPLE_LAST_DAY if self.last_day is None and self.is_sample else self.last_day

    @property
    def lake(self) -> Path:
        """Lake: Parquet files by table and day.

        With `lake_url` it is a copy of the shared lake at that URL.
        """
        return self.home / "lake"

    @property
    def payloads(self) -> Path:
        """Responses of upstreams as received, and the journal of all requests."""
        return self.home / "lake" / "payloads"

    @property
    def readings(self) -> Path:
        """Stored findings of texts, so that each text is read once."""
        return self.home / "readings"

    @property
    def published(self) -> Path:
        """Output: releases, `latest`, the database and the report."""
        return self.home / "published"

    @property
    def inbox(self) -> Path:
        """Drop folder: its article files are read in addition to `articles`."""
        return self.home / "inbox"

    @property
    def catalogue(self) -> Path:
        """Catalogue of the days in each article file, to skip files."""
        return self.home / "article-files.json"

    @property
    def dagster_home(self) -> Path:
        """Dagster's folder: `dagster.yaml`, run history, logs, states of schedules."""
        return self.home / "dagster"
