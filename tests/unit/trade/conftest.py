"""The bundled figures with every trade model run over them, which several modules look at and none changes."""

import pytest

from pipeline.settings import SAMPLE_TRADE
from pipeline.sources.customs.csv_files import read_commitments, read_flows, read_tariffs
from tests.unit.trade.scenes import Figures, build


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    """Real figures: US-China flows, rates of both trackers, the promises of 2020 and 2025."""
    return build(
        tmp_path_factory.mktemp("bundled"),
        read_flows(SAMPLE_TRADE).to_dicts(),
        read_tariffs(SAMPLE_TRADE).to_dicts(),
        read_commitments(SAMPLE_TRADE).to_dicts(),
    )
