"""Rules for lexicon entries: no names of events, no firms as actors, and a test for the effect of each."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.signals import extract, lexicon
from pipeline.signals.lexicon import load_lexicon
from tests.unit.signals import test_gate, test_lexicon, test_scope
from tests.unit.signals.reading import find

FILES = sorted(path.stem for path in lexicon.FOLDER.glob("*.toml"))
CODE = "\n".join(path.read_text(encoding="utf-8") for path in sorted(Path(extract.__file__).parent.rglob("*.py")))

# Deals, summits, laws, scandals and disputes by name. An entry that fits one of them reads past news well and future news badly.
EVENTS = (
    "anchorage|banana war|belt and road|big beautiful|brexit|bretton woods|camp david|chicken war|chips act|cold war|cptpp|cusma|davos"
    "|green new deal|inflation reduction act|jackson-vanik|jones act|kennedy round|liberation day|louvre accord|lumber war"
    "|made in china|mar-a-lago|nafta|nixon shock|one belt|pasta war|phase (?:one|two|1|2)|plaza|potash war|rcep"
    "|reciprocal trade act|smoot|spy balloon|super 301|tiananmen|tokyo round|toshiba affair|tpp|trade expansion act|turnberry"
    "|uruguay round|usmca|watergate"
)
# Any proper name of such a kind, a group such as the G7, and any year.
EVENT_SHAPES = (
    r"\b[A-Z][\w'-]+ (?:Accords?|Act|Affair|Agreement|Bill|Conference|Consensus|Crisis|Day|Deal|Framework|Initiative|Pact|Plan|Round"
    r"|Scandal|Shock|Summit|Treaty|Truce|War)\b|\bG-?(?:7|8|20)\b|\b(?:18|19|20)\d\d\b"
)
FIRMS = (
    "airbus|alibaba|amazon|apple|asml|baosteel|boeing|bombardier|bytedance|bmw|cargill|caterpillar|catl|cofco|comac|cosco|embraer|ericsson"
    "|ford motor|foxconn|fujitsu|general motors|google|harley|hikvision|hitachi|honda|huawei|hyundai|intel|lenovo|micron"
    "|microsoft|nexperia|nippon steel|nissan|nokia|nvidia|petrobras|pfizer|posco|qualcomm|renault|rio tinto|samsung|shein|siemens"
    "|sinograin|sinopec|smic|sony|stellantis|temu|tencent|tesla|tiktok|toshiba|toyota|tsmc|us steel|volkswagen|volvo|walmart"
    "|wechat|xiaomi|zte"
)

# The entries of each section whose examples are tested.
TESTED_ENTRIES = {
    **{(file, file.rstrip("s")): [entry for name, entry in test_lexicon.ENTRIES if name.startswith(file)] for file in test_lexicon.FILES},
    **{
        ("actors", key): [entry for _, entry in test_lexicon.NAMES if entry in load_lexicon("actors")[key]]
        for key in ("country", "exception")
    },
    ("gate", "term"): test_gate.TERMS,
    ("scopes", "scope"): test_scope.SCOPES,
    ("gate", "quarrel"): test_gate.QUARRELS,
}
# Word lists of a section: one of its words, a text in which it removes or adds a signal, and the expected signals.
TESTED_LISTS: dict[tuple[str, str], tuple[str, str, set[str]]] = {
    ("operators", "strangers"): ("Farmers", "Farmers accused China of dumping.", set()),
    ("operators", "topics"): ("press conference", "At a press conference Canada took questions on Chinese tariffs.", set()),
    ("operators", "security"): ("human rights", "The United States imposed sanctions on Chinese officials over human rights.", set()),
}


def iter_sections() -> Iterator[tuple[str, str, Any]]:
    """Yield every top-level section of every lexicon file: file, name, content."""
    for file in FILES:
        for name, content in load_lexicon(file).items():
            yield file, name, content


def is_entries(content: Any) -> bool:
    return isinstance(content, list) and bool(content) and isinstance(content[0], dict)


def iter_strings(content: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield every word that is matched in texts, with its place in the lexicon; not examples or terms of office."""
    if isinstance(content, str):
        yield place, content
    elif isinstance(content, list):
        for item in content:
            yield from iter_strings(item, place)
    elif isinstance(content, dict):
        label = content.get("id") or content.get("code") or content.get("name")
        for key, item in content.items():
            if key not in {"example", "gives", "means", "terms"}:
                yield from iter_strings(item, f"{place}.{label}.{key}" if label else f"{place}.{key}")


def list_words() -> list[tuple[str, str]]:
    return [pair for file in FILES for pair in iter_strings(load_lexicon(file), file)]


def test_the_lexicon_has_words() -> None:
    assert len(list_words()) > 3_000


def test_the_lexicon_contains_no_names_of_events() -> None:
    known = re.compile(rf"\b(?:{EVENTS})\b", re.IGNORECASE)
    words = [(place, word) for place, word in list_words() if not place.startswith("scopes.")]  # These name groups of states, not events.
    assert [(place, word) for place, word in words if known.search(word) or re.search(EVENT_SHAPES, word)] == []


@pytest.mark.parametrize(
    "name", ["phase one deal", "Liberation Day tariffs", "the Plaza Accord", "Ruritanian Accord", "Zenda Summit", "tariffs of 2018"]
)
def test_names_of_events_are_recognized(name: str) -> None:
    assert re.search(rf"\b(?:{EVENTS})\b", name, re.IGNORECASE) or re.search(EVENT_SHAPES, name)


@pytest.mark.parametrize("word", ["trade deal", "Section 301", "tariff truce", "summit", "free trade agreement", "trade war"])
def test_general_words_for_events_are_allowed(word: str) -> None:
    assert not re.search(rf"\b(?:{EVENTS})\b", word, re.IGNORECASE)
    assert not re.search(EVENT_SHAPES, word)


# They buy for the state (docs/annotation-guide.md).
STATE_BUYERS = {"COFCO", "Cofco", "Sinograin"}


def test_no_firm_is_an_actor() -> None:
    firm = re.compile(rf"\b(?:{FIRMS})\b", re.IGNORECASE)
    actors = [(place, word) for place, word in list_words() if re.match(r"actors\.(?!exception\.|.*\.firms$)", place)]
    assert [(place, word) for place, word in actors if firm.search(word) and word not in STATE_BUYERS] == []


def test_every_entry_has_a_tested_example() -> None:
    entries = {(file, name): content for file, name, content in iter_sections() if is_entries(content)}
    assert set(TESTED_ENTRIES) == set(entries)
    assert [place for place, content in entries.items() if TESTED_ENTRIES[place] != content] == []
    assert [(place, entry) for place, content in entries.items() for entry in content if not entry.get("example")] == []


@pytest.mark.parametrize("place", TESTED_LISTS, ids=".".join)
def test_word_lists_have_the_effect_of_their_examples(place: tuple[str, str]) -> None:
    word, text, gives = TESTED_LISTS[place]
    assert word.lower() in load_lexicon(place[0])[place[1]]["words"]
    findings = find("rules", text).filter(modality="asserted")
    assert set(findings.select(findings["actor"] + ">" + findings["target"] + " " + findings["kind"]).to_series()) == gives


def test_every_list_of_cues_is_used_in_code() -> None:
    assert [name for name in load_lexicon("cues") if f'cues("{name}")' not in CODE] == []


def test_every_other_section_is_used_in_code() -> None:
    others = [(file, name) for file, name, content in iter_sections() if file != "cues" and not is_entries(content)]
    assert [(file, name) for file, name in others if f'"{name}"' not in CODE and f"'{name}'" not in CODE] == []
