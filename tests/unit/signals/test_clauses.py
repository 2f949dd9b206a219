"""Clauses of official documents that do nothing to trade."""

import polars as pl
import pytest

from pipeline.signals.extract import SentenceExtractor
from pipeline.signals.readers.rules.clauses import does_nothing
from pipeline.signals.texts import TEXTS_SCHEMA


@pytest.mark.parametrize(
    "text",
    [
        "(8) On a regular basis, the Department of Commerce shall publish on its website the weight of tiles imported under exclusions.",
        "(b) The Secretary, in consultation with U.S. Customs, shall establish a process by which persons may request inclusion.",
        "The Secretary shall consult with the Secretary of State on the tariff on tiles.",
        "CBP shall take such actions as are necessary to ensure compliance with the tariff on tiles.",
        "To the extent consistent with law, the Secretary is authorized to take all actions necessary to administer the duties on tiles.",
        "- The Order directs the Secretary to take all necessary actions to implement the tariffs on tiles.",
        "The Secretary shall determine whether any modifications to the tariff schedule are necessary.",
        "The Secretary of the Treasury shall investigate the feasibility of an agency that collects tariffs.",
        "Importers of tiles shall provide to CBP the information necessary to find where they were fired.",
        "(4) For purposes of the duty increases in this proclamation, importers shall provide to CBP the names of the kilns.",
        "In order to get the lower duty, all imports of tiles must be accompanied by a certificate of origin.",
        "(4) For purposes of this order, \u201ctile\u201d means any flat product of clay that is subject to the tariff.",
        "(9) Any provision of previous orders that is inconsistent with the tariff in this order is superseded.",
        "(10) Clause 2 of Order 123, which set the duty on tiles, is revised to read as follows:",
        "(11) The tariffs on tiles shall follow the same rules for stacking as those on bricks.",
    ],
)
def test_a_formality_does_nothing(text: str) -> None:
    assert does_nothing(text)


@pytest.mark.parametrize(
    "text",
    [
        "(8) The Secretary shall establish a process for including additional tiles within the scope of the tariff.",
        "The Secretary may add tiles to the Annex if he finds that their imports threaten to impair the national security.",
        "The Secretary shall report whether it is necessary to impose a duty on bricks.",
        "The Secretary shall inform me of any need for further action on tiles.",
        "The Secretary shall recommend additional action, if necessary, should Peru fail to act.",
        "The Secretary shall submit a report and may then raise the tariff on tiles.",
        "CBP shall take all actions necessary to collect an additional duty of 12 percent on tiles.",
        "All imports of tiles shall be subject to a duty of 12 percent.",
        "Importers must pay the tariff on tiles from May 3.",
        "For purposes of the suspension of this duty, importers shall provide bonds, and the Secretary may increase it to 12 percent.",
        "The Secretary is authorized to exempt tiles from the duty.",
        "- The Order authorizes the Secretary to take all necessary actions to impose tariffs on bricks.",
        "(4) For purposes of this order, \u201ctile\u201d means a product that shall be subject to a duty of 12 percent.",
    ],
)
def test_a_clause_that_acts_or_gives_the_power_to_act_does_something(text: str) -> None:
    assert not does_nothing(text)


def test_admission_into_a_zone_does_nothing_without_a_rate() -> None:
    zone = "Tiles that are admitted into a foreign trade zone must be admitted in \u201cprivileged foreign status\u201d"
    assert does_nothing(f"{zone} and will be subject upon entry to any duties of their heading.")
    assert not does_nothing(f"{zone} and will be subject upon entry to a 12 percent duty.")


def test_relief_from_domestic_rules_does_nothing() -> None:
    assert does_nothing("The President signed a proclamation that grants tile makers regulatory relief from an EPA rule on kilns.")
    assert does_nothing("We are cutting red tape and promoting fair trade practices.")
    assert not does_nothing("The President granted tile makers regulatory relief and cut the tariff on clay.")
    assert not does_nothing("The President granted tile makers relief from the tariff on clay.")


def test_readings_of_formalities_are_ruled_out() -> None:
    def read(text: str) -> set[str]:
        texts = pl.DataFrame([("x", None, "White House", text)], schema=TEXTS_SCHEMA, orient="row")
        rows = SentenceExtractor("both").read_texts(texts).to_dicts()
        return {f"{row['actor']}>{row['target']} {row['kind']}" for row in rows if row["modality"] == "asserted"}

    title = "Adjusting Imports of Tiles into the United States\n"
    duty = "(1) All imports of tiles shall be subject to a 12 percent ad valorem duty rate."
    stacking = (
        "(2) The application of multiple tariffs (stacking) for imports of tiles shall follow the same rules for stacking as for bricks."
    )
    assert "USA>* measure" in read(f"{title}{duty}")
    assert read(f"{title}{stacking}") == read(title)


@pytest.mark.parametrize("text", ["The Secretary shall" + " also," * 40 + " x", "(_)" * 40 + "x"])
def test_repeated_adverbs_and_marks_are_read_in_a_moment(text: str) -> None:
    assert not does_nothing(text)
