"""Every setting once. Order of precedence: what a command gives, TENSION_* variables, `tension.toml` in the working folder, the default.

Belongs here: names, types, defaults and limits of settings, and where things lie on disk. Does not: anything that uses them.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from pipeline.contracts.countries import parse_pair
from pipeline.contracts.readers import ReaderName
from pipeline.settings.archives import ArticleFiles, archive
from pipeline.settings.sources import Sources, TomlFile, Variables

PACKAGE = Path(__file__).parents[1]
SAMPLE_ARTICLES = PACKAGE / "sample" / "articles"
_SAMPLE = ArticleFiles(path=str(SAMPLE_ARTICLES))
SAMPLE_TRADE = PACKAGE / "sample" / "trade"
SAMPLE_FIRST_DAY = date(2025, 1, 20)
SAMPLE_LAST_DAY = date(2025, 11, 30)
SAMPLE_NOTE = "Bundled sample: invented articles about public facts of 2025. Not for citation."
SAMPLE_PAIRS = ("CHN-USA", "EUN-USA", "JPN-USA", "CAN-USA", "MEX-USA", "BRA-USA", "IND-USA")


def shipped(folder: str) -> Path:
    """`sql/` or `expectations/`: beside the package in a checkout, inside it in an installed wheel."""
    beside = PACKAGE.parent / folder
    return beside if beside.is_dir() else PACKAGE / "_shipped" / folder


class Settings(BaseSettings):
    """What a run reads, over which days and pairs, and where it keeps what it makes."""

    # an error must not print what was given: a key may stand beside the mistake
    model_config = SettingsConfigDict(
        env_prefix="TENSION_", toml_file="tension.toml", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    home: Path = Field(Path("data"), description="folder that holds the lake, the published files and Dagster's history")
    sources: Sources = Field(Sources(), description="upstreams that are fetched, and what is asked of each")
    articles: Annotated[tuple[ArticleFiles, ...], NoDecode] = Field(
        default_factory=lambda given: () if "sources" in given and given["sources"].on else (_SAMPLE,),
        description="article files, folders or patterns; the bundled sample by default, none where an upstream is on",
    )
    trade: Path = Field(
        SAMPLE_TRADE, description="folder with flows.csv, tariffs.csv and commitments.csv; the bundled official figures by default"
    )
    pairs: Annotated[tuple[str, ...], NoDecode] = Field(SAMPLE_PAIRS, description="pairs of countries whose index is published")
    first_day: date = Field(SAMPLE_FIRST_DAY, description="first day of the daily partitions")
    last_day: date | None = Field(None, description="last day of the daily partitions; none: the sample's last, or yesterday")
    baseline: Annotated[tuple[date, date] | None, NoDecode] = Field(None, description="baseline window; none: the first 365 days read")
    half_life_days: float = Field(7.0, gt=0, le=3650, description="half-life of the filter")
    lookback_days: int = Field(7, ge=0, le=60, description="days that each scheduled run reads again for late articles")
    workers: int | None = Field(None, ge=1, le=64, description="threads or processes that read articles; default: one for each core")
    extractor: ReaderName = Field(
        "both", description="reader of articles: `both` (rules and encoder), `rules`, `encoder`, or `llm`, a language model"
    )
    llm_base_url: str = Field(
        "", pattern=r"^(?:https?://[^/@\s]+(?:/\S*)?)?$", description="endpoint of the chat protocol, such as https://host/v1"
    )
    llm_model: str = Field("", description="name of the model at that endpoint")
    llm_api_key: SecretStr | None = Field(None, description="key of that endpoint; give it as a variable only")
    llm_confidence: Path | None = Field(
        None, description="measured table from the model's confidence to a probability; none: a cautious one"
    )
    llm_concurrency: int = Field(4, ge=1, le=64, description="requests under way at a time")
    llm_timeout_seconds: float = Field(60.0, gt=0, le=3600, description="longest wait for one answer")
    llm_budget_requests: int = Field(1_000, ge=1, description="most requests of one run")
    llm_budget_tokens: int = Field(5_000_000, ge=1, description="most tokens of one run, in and out")
    cluster: str | None = Field(
        None, pattern=r"^(?:tcp|tls)://[^/\s]+:\d+$", description="Dask scheduler whose workers read instead, such as tcp://host:8786"
    )

    @field_validator("articles", mode="before")
    @classmethod
    def _paths(cls, given: Any) -> Any:
        parts = [part for part in given.split(",") if part] if isinstance(given, str) else given
        return tuple(archive(part) for part in parts) if isinstance(parts, list | tuple) else parts

    @field_validator("pairs", mode="before")
    @classmethod
    def _pairs(cls, given: Any) -> tuple[str, ...]:
        parts = given.split(",") if isinstance(given, str) else given
        pairs = tuple(dict.fromkeys("-".join(parse_pair(part)) for part in parts if part.strip()))
        if not pairs:
            raise ValueError("no pair of countries is given; write at least one, such as USA-CHN")
        return pairs

    @field_validator("baseline", mode="before")
    @classmethod
    def _window(cls, given: Any) -> Any:
        return tuple(given.split(":")) if isinstance(given, str) else given

    @model_validator(mode="after")
    def _days_in_order(self) -> "Settings":
        if self.last_day and self.last_day < self.first_day:
            raise ValueError(f"last_day {self.last_day} lies before first_day {self.first_day}")
        if self.sources.on and "first_day" not in self.model_fields_set:
            raise ValueError(
                "first_day is not set: say from which day on the upstreams in sources.on are read, such as first_day = 2026-01-01"
            )
        if self.baseline and self.baseline[1] < self.baseline[0]:
            raise ValueError(f"the baseline window {self.baseline[0]} to {self.baseline[1]} ends before it begins")
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
        """Commands before variables before `tension.toml`."""
        return init_settings, Variables(settings_cls), TomlFile(settings_cls)

    @property
    def is_sample(self) -> bool:
        """Whether the bundled sample is what is read; shown wherever its figures are."""
        return self.articles == (_SAMPLE,)

    @property
    def end(self) -> date | None:
        """Last day of the daily partitions, or None when they go on with the calendar."""
        return SAMPLE_LAST_DAY if self.last_day is None and self.is_sample else self.last_day

    @property
    def lake(self) -> Path:
        """The record: Parquet by table and day."""
        return self.home / "lake"

    @property
    def payloads(self) -> Path:
        """What upstreams answered, as it came, with a journal of every request."""
        return self.home / "lake" / "payloads"

    @property
    def readings(self) -> Path:
        """What extractors found in texts, so that each is read once."""
        return self.home / "readings"

    @property
    def published(self) -> Path:
        """The product: releases, `latest`, the database and the report."""
        return self.home / "published"

    @property
    def inbox(self) -> Path:
        """Drop folder: article files put here are read beside `articles`."""
        return self.home / "inbox"

    @property
    def catalogue(self) -> Path:
        """Which days each article file holds, so that those of other days need not be read."""
        return self.home / "article-files.json"

    @property
    def dagster_home(self) -> Path:
        """Dagster's history of runs."""
        return self.home / "dagster"
