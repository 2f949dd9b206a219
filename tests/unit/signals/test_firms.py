"""What firms do, agree and complain of, and what they report of states."""

import pytest

from tests.unit.signals.reading import read

CONTEXT = "Peru and Norway trade fish and tin.\n"


@pytest.mark.parametrize(
    "text",
    [
        "Tinsel Corp said it has signed an agreement to buy Fjord Corp's Norwegian tin business.",
        "<Tinsel Holdings>, based in Lima, said it reached an agreement to buy half of Fjord Fish for 4 mln Norwegian crowns.",
        "Tinsel Inc said that its Norwegian supplier is not named in the complaint that Fjord Corp filed.",
        "TINSEL, FJORD AGREE ON PERUVIAN TIN TIE-UP",
        "TINSEL <TNSL> NORWEGIAN FISH PACT APPROVED",
    ],
)
def test_what_firms_agree_or_complain_of_is_no_act_of_a_state(text: str) -> None:
    assert read(CONTEXT + text) == set()


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("Tinsel Corp said Norway signed a free trade agreement with Peru on Monday.", "NOR>PER agreement"),
        ("Peru opened an anti-dumping investigation into Fjord Corp, a Norwegian firm.", "PER>NOR investigation"),
        ("Norway signed a trade agreement with Peru, Fjord Corp said.", "NOR>PER agreement"),
    ],
)
def test_what_firms_report_of_states_is_an_act(text: str, finding: str) -> None:
    assert finding in read(CONTEXT + text)


@pytest.mark.parametrize(
    "text",
    [
        "South Korea's Posco suspended exports to the United States.",
        "Japan's Toyota will suspend exports to the United States after the tariffs.",
        "German carmaker Volkswagen stopped shipments to the United States over the tariffs.",
        "CHINA'S SHEIN RAISES U.S. PRICES AS TARIFF EXEMPTION ENDS",
        "UK's Diageo warns of $150 million hit from US tariffs on Mexico and Canada",
        "South Korea's Hyundai Motor to hold US prices despite tariffs",
        "Volkswagen halts rail shipments of cars from Mexico to the US",
    ],
)
def test_what_a_known_firm_does_is_no_act_of_its_country(text: str) -> None:
    assert read(text) == set()


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("US bans sales of chips to China's Huawei", "USA>CHN measure"),
        ("China opens antitrust probe into US chipmaker Qualcomm", "CHN>USA investigation"),
        ("Japan's Toyota raises prices as Trump imposes 25% tariff on Japanese cars", "USA>JPN measure"),
        ("China's Huawei ban on American chips begins today, Beijing said", "CHN>USA measure"),
        ("South Korea's Lee suspended exports of semiconductors to Japan.", "KOR>JPN measure"),
    ],
)
def test_what_states_do_next_to_a_known_firm_is_an_act(text: str, finding: str) -> None:
    assert finding in read(text)


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("UK bans Huawei from 5G network", "GBR>CHN measure"),
        ("US bans Huawei from buying American chips.", "USA>CHN measure"),
        ("China bans Micron chips from key infrastructure.", "CHN>USA measure"),
        ("China halts orders for Boeing jets", "CHN>USA measure"),
        ("China probes Qualcomm over antitrust", "CHN>USA investigation"),
        ("US adds Inspur units to export blacklist", "USA>CHN measure"),
        ("Germany to allow Huawei in its 5G network", "DEU>CHN easing"),
        ("US suspends ban on ZTE after settlement", "USA>CHN easing"),
    ],
)
def test_an_act_against_some_firms_is_one_against_their_country(text: str, finding: str) -> None:
    assert finding in read(text)


@pytest.mark.parametrize(
    "text",
    [
        "Huawei sues US government over ban.",
        "Huawei says US ban will hurt American firms",
        "Canada arrests Huawei CFO Meng Wanzhou",
        "Boeing's CEO ousted; China slashes tariffs",
        "Korean Air to buy 20 Boeing 787s",
        "Air India in talks to buy 100 Boeing jets",
    ],
)
def test_what_these_firms_do_is_no_act_of_their_country(text: str) -> None:
    assert read(text) == set()


def test_a_listed_firm_is_only_described_by_the_listing() -> None:
    assert "USA>CHN measure" not in read("US to approve sales it deems safe to blacklisted Huawei.")
