"""Shared fixture: every trade model run on the bundled figures. Read only."""

import pytest

from pipeline.settings import SAMPLE_TRADE
from pipeline.sources.customs.csv_files import read_commitments, read_flows, read_tariffs
from tests.unit.trade.scenes import Figures, build_figures


@pytest.fixture(scope="session")
def bundled() -> Figures:
    """Build the trade tables from the bundled flows, tariff rates and purchase commitments."""
    return build_figures(
        read_flows(SAMPLE_TRADE).to_dicts(),
        read_tariffs(SAMPLE_TRADE).to_dicts(),
        read_commitments(SAMPLE_TRADE).to_dicts(),
    )
