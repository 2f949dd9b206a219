"""Which goods a claim is on: what is taxed, not what is named next to it."""

import pytest

from pipeline.contracts.tables.threats import THREAT_CLAIMS
from tests.unit.index.lake_scenes import Scene, article, build_in_memory, finding

ONE = article("A:1")


@pytest.mark.parametrize(
    ("product", "instrument", "quote", "taxed"),
    [
        ("ships", "tariff", "The rate applies to goods loaded onto a vessel before May 3.", ""),
        ("ships", "tariff", "Cranes that unload ships will pay 90 percent.", "ships"),
        ("ships", "services_transport", "Foreign vessels will pay a fee in each port.", "ships"),
        ("pharmaceuticals", "tariff", "The duty stays until illegal drugs no longer cross the border.", ""),
        ("pharmaceuticals", "tariff", "Imported drugs will pay 80 percent.", "pharmaceuticals"),
    ],
)
def test_a_claim_is_on_what_is_taxed(product: str, instrument: str, quote: str, taxed: str) -> None:
    signal = finding(ONE, "threat", "proposed", product=product, instrument=instrument, quote=quote)
    assert build_in_memory(Scene([ONE], [signal]), [THREAT_CLAIMS]).row(THREAT_CLAIMS)["product"] == taxed
