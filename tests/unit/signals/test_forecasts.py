"""What a state only fears or has never done, and near-twins of acts."""

import pytest

from tests.unit.signals.reading import read


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Canada fears that Norway will raise its duty on lumber, its envoy said.", set()),
        ("Canada is worried Norway may ban its tomatoes.", set()),
        ("Canada expects Norway to raise its duty on lumber.", set()),
        ("Canada expects Norway to lift its duty on lumber.", {"CAN>NOR demand"}),
        ("Canada expects Norway to stop its purchases of Russian tea.", {"CAN>NOR demand"}),
        ("Canada said that Norway threatens to raise its duty on lumber.", {"NOR>CAN threat"}),
    ],
)
def test_what_a_state_fears_or_expects_is_no_threat(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    ("words", "signals"),
    [
        ("had never threatened Chile with a duty on its wine", set()),
        ("had never promised Chile to lift its duty on wine", set()),
        ("had never asked Chile to lift its duty on wine", set()),
        ("had threatened Chile with a duty on its wine", {"PER>CHL threat"}),
        ("would never lift its duty on Chilean wine", {"PER>CHL refusal"}),
    ],
)
def test_who_has_never_threatened_or_promised_does_neither(words: str, signals: set[str]) -> None:
    assert read(f"Peru's finance ministry said it {words}.") == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Imposing duties on Norwegian fish will hurt Canadian cooks, Ottawa said.", set()),
        ('"Taxing Norwegian fish would punish Canadian cooks," Oslo warned.', set()),
        ("Oslo says Canada's duties on fish would be a tax on Canadian families.", set()),
        ("Canada puts a tax on Norwegian fish.", {"CAN>NOR measure"}),
        ("Raising its duty on Norwegian fish to 30 percent, Canada broke off the talks.", {"CAN>NOR measure"}),
        ("Raising duties on Norwegian fish is the answer, Ottawa said, and doubled them.", {"CAN>NOR measure"}),
    ],
)
def test_what_a_duty_would_do_is_no_duty(text: str, signals: set[str]) -> None:
    assert {signal for signal in read(text) if signal.split()[1] in {"measure", "threat"}} == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("If Peru were to tax Kenyan tea, Nairobi would answer with a ban on its fish.", set()),
        ("If Peru taxes Kenyan tea, Nairobi would probably ban Peruvian fish, traders think.", set()),
        ("If Peru taxes Kenyan tea, Nairobi will ban Peruvian fish.", {"KEN>PER threat"}),
        ("If Peru taxes Kenyan tea, Nairobi would probably ban Peruvian fish, its trade minister warned.", {"KEN>PER threat"}),
    ],
)
def test_what_a_state_would_probably_do_is_no_threat(text: str, signals: set[str]) -> None:
    assert read(text) == signals
