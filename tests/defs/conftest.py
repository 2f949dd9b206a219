"""The code location as Dagster loads it, once, with the settings of the bundled sample; and the job on small homes."""

import importlib
import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipeline import settings as settings_module
from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.settings import Settings
from pipeline.warehouse.lake import Lake

Row = dict[str, Any]

ALL_UPSTREAMS = ("rss", "gdelt", "federal_register", "census", "comtrade")
#: The daily tables that only an upstream fills: by day while it is on.
FILLED_BY = {
    "gdelt": {"gdelt_events", "gdelt_accounts"},
    "federal_register": {"raw_official_documents", "official_documents", "official_signals"},
}


@pytest.fixture(scope="session")
def code_location(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    """Everything in `pipeline/defs`, loaded in a folder without `tension.toml`."""
    before = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("no_settings"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Dagster calls parts of itself beta
            from pipeline.definitions import defs  # noqa: PLC0415 partitions are made from the settings of this moment

            return defs()
    finally:
        os.chdir(before)


@pytest.fixture
def use_settings(monkeypatch: pytest.MonkeyPatch, code_location: dg.Definitions) -> Callable[[Settings], None]:
    """Makes these the settings of the process until the test ends."""
    return lambda settings: monkeypatch.setattr(settings_module, "_current", settings)


@contextmanager
def loaded_with(settings: Settings) -> Iterator[dg.Definitions]:
    """The code location as another process would load it with these settings, beside the one that the other tests share.

    Partitions and upstreams are read from the settings when the modules are loaded, so they are loaded anew; what stood before stands again
    afterwards. Within the block, `import_module("pipeline.defs.…")` gives those of this location.
    """

    def ours() -> list[str]:
        return [name for name in sys.modules if name.split(".")[:2] in (["pipeline", "defs"], ["pipeline", "definitions"])]

    before, package = {name: sys.modules.pop(name) for name in ours()}, vars(sys.modules["pipeline"])
    attributes: dict[str, Any] = {name: package[name] for name in ("defs", "definitions") if name in package}
    used, settings_module._current = settings_module._current, settings
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield importlib.import_module("pipeline.definitions").defs()
    finally:
        settings_module._current = used
        for name in ours():
            del sys.modules[name]
        sys.modules.update(before)
        package.update(attributes)


@dataclass(frozen=True)
class SmallHome:
    """A home that reads the articles of one file, for one pair of countries."""

    code_location: dg.Definitions
    folder: Path

    @property
    def settings(self) -> Settings:
        return Settings(home=self.folder / "home", articles=(self.folder / "articles",), pairs=("CHN-USA",))

    @property
    def lake(self) -> Lake:
        return Lake(self.settings.lake)

    def give(self, articles: Sequence[Row], name: str = "wire.jsonl") -> None:
        """Write a file of articles."""
        path = self.folder / "articles" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(json.dumps(article) + "\n" for article in articles), encoding="utf-8")

    def run(self, days: Days, **overridden: dg.ConfigurableResource[Any]) -> dg.ExecuteInProcessResult:
        """The whole job over these days, with resources of the settings or those given; its history is kept in memory."""
        from pipeline.defs.partitions import range_tags  # noqa: PLC0415 only once the code location is loaded
        from pipeline.defs.resources import resources  # noqa: PLC0415

        with warnings.catch_warnings(), dg.DagsterInstance.ephemeral() as instance:
            warnings.simplefilter("ignore")
            return self.code_location.resolve_job_def("trade_tension").execute_in_process(
                instance=instance,
                tags=range_tags(days),
                resources={**resources(self.settings), **overridden},
                raise_on_error=False,
            )

    def file(self, table: Table, day: date) -> Path:
        """The file of a day in the lake."""
        return self.settings.lake / table.name / f"{day:%Y}" / f"{day}.parquet"

    def bytes_of(self, part: str = "") -> dict[str, bytes]:
        """Every Parquet file of the lake, or of one table in it."""
        root = self.settings.lake / part
        return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*.parquet"))}


def article(name: str, day: date, text: str, **changes: Any) -> Row:
    """A raw article, seen half an hour after it was published."""
    return {
        "article_id": name,
        "source": "Strelsau Post",
        "published_at": f"{day}T10:00:00Z",
        "fetched_at": f"{day}T10:30:00Z",
        "title": text.partition(".")[0],
        "body": text,
        "url": f"https://strelsau.example/{name}",
    } | changes
