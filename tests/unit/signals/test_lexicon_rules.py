"""What may stand in the lexicon: words that stay true. No names of events, no firms as actors, and nothing whose effect no test shows."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.signals import extract, gate, lexicon
from pipeline.signals.extract import SentenceExtractor
from pipeline.signals.lexicon import load_lexicon
from tests.unit.signals import test_gate, test_lexicon

FILES = sorted(path.stem for path in lexicon.FOLDER.glob("*.toml"))
CODE = "\n".join(path.read_text(encoding="utf-8") for path in sorted(Path(extract.__file__).parent.rglob("*.py")))

# Deals, summits, acts, scandals and quarrels by name. An entry that is true of one of them reads the past well and the future badly.
EVENTS = (
    "anchorage|banana war|belt and road|big beautiful|brexit|bretton woods|camp david|chicken war|chips act|cold war|cptpp|cusma|davos"
    "|green new deal|inflation reduction act|jackson-vanik|jones act|kennedy round|liberation day|louvre accord|lumber war"
    "|made in china|mar-a-lago|nafta|nixon shock|one belt|pasta war|phase (?:one|two|1|2)|plaza|potash war|rcep"
    "|reciprocal trade act|smoot|spy balloon|super 301|tiananmen|tokyo round|toshiba affair|tpp|trade expansion act|turnberry"
    "|uruguay round|usmca|watergate"
)
# Any proper name of such a kind, any group of seven or so, and any year.
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

# Where an array of entries has its examples run.
ENTRIES_RUN = {
    **{(file, file.rstrip("s")): [entry for name, entry in test_lexicon.ENTRIES if name.startswith(file)] for file in test_lexicon.FILES},
    **{
        ("actors", key): [entry for _, entry in test_lexicon.NAMES if entry in load_lexicon("actors")[key]]
        for key in ("country", "exception")
    },
    ("gate", "term"): test_gate.TERMS,
    ("gate", "focus"): test_gate.FOCUS,
}
# Word lists of a whole section: a text in which one of their words takes a signal away, or gives one, and what it gives.
LISTS_RUN: dict[tuple[str, str], tuple[str, str, set[str]]] = {
    ("operators", "strangers"): ("Farmers", "Farmers accused China of dumping.", set()),
    ("operators", "topics"): ("press conference", "At a press conference Canada took questions on Chinese tariffs.", set()),
    ("operators", "security"): ("human rights", "The United States imposed sanctions on Chinese officials over human rights.", set()),
}


def sections() -> Iterator[tuple[str, str, Any]]:
    """Every top-level part of every lexicon file: file, name, content."""
    for file in FILES:
        for name, content in load_lexicon(file).items():
            yield file, name, content


def is_entries(content: Any) -> bool:
    return isinstance(content, list) and bool(content) and isinstance(content[0], dict)


def strings(content: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every word that is looked for, with its place; neither examples nor the days of an office are."""
    if isinstance(content, str):
        yield place, content
    elif isinstance(content, list):
        for item in content:
            yield from strings(item, place)
    elif isinstance(content, dict):
        label = content.get("id") or content.get("code") or content.get("name")
        for key, item in content.items():
            if key not in {"example", "gives", "means", "terms"}:
                yield from strings(item, f"{place}.{label}.{key}" if label else f"{place}.{key}")


def words() -> list[tuple[str, str]]:
    return [pair for file in FILES for pair in strings(load_lexicon(file), file)]


def test_there_are_words_to_look_at() -> None:
    assert len(words()) > 3_000


def test_no_event_has_a_name_in_the_lexicon() -> None:
    known = re.compile(rf"\b(?:{EVENTS})\b", re.IGNORECASE)
    assert [(place, word) for place, word in words() if known.search(word) or re.search(EVENT_SHAPES, word)] == []


@pytest.mark.parametrize(
    "name", ["phase one deal", "Liberation Day tariffs", "the Plaza Accord", "Ruritanian Accord", "Zenda Summit", "tariffs of 2018"]
)
def test_names_of_events_are_told_from_other_words(name: str) -> None:
    assert re.search(rf"\b(?:{EVENTS})\b", name, re.IGNORECASE) or re.search(EVENT_SHAPES, name)


@pytest.mark.parametrize("word", ["trade deal", "Section 301", "tariff truce", "summit", "free trade agreement", "trade war"])
def test_words_for_any_event_of_a_kind_may_stand(word: str) -> None:
    assert not re.search(rf"\b(?:{EVENTS})\b", word, re.IGNORECASE)
    assert not re.search(EVENT_SHAPES, word)


# What these buy the state buys (docs/annotation-guide.md).
STATE_BUYERS = {"COFCO", "Cofco", "Sinograin"}


def test_no_firm_is_an_actor() -> None:
    firm = re.compile(rf"\b(?:{FIRMS})\b", re.IGNORECASE)
    assert [(place, word) for place, word in words() if place.startswith("actors") and firm.search(word) and word not in STATE_BUYERS] == []


def test_every_entry_of_every_section_has_an_example_that_is_run() -> None:
    entries = {(file, name): content for file, name, content in sections() if is_entries(content)}
    assert set(ENTRIES_RUN) == set(entries)
    assert [place for place, content in entries.items() if ENTRIES_RUN[place] != content] == []
    assert [(place, entry) for place, content in entries.items() for entry in content if not entry.get("example")] == []


@pytest.mark.parametrize("place", LISTS_RUN, ids=".".join)
def test_a_word_list_does_what_its_example_says(place: tuple[str, str]) -> None:
    word, text, gives = LISTS_RUN[place]
    assert word.lower() in load_lexicon(place[0])[place[1]]["words"]
    found = SentenceExtractor("rules").explain(text).filter(modality="asserted")
    assert set(found.select(found["actor"] + ">" + found["target"] + " " + found["kind"]).to_series()) == gives


def test_every_list_of_small_words_is_asked_for() -> None:
    assert [name for name in load_lexicon("cues") if f'cues("{name}")' not in CODE] == []


def test_every_other_section_is_asked_for_by_name() -> None:
    others = [(file, name) for file, name, content in sections() if file != "cues" and not is_entries(content)]
    assert [(file, name) for file, name in others if f'"{name}"' not in CODE] == []


def test_every_gate_term_is_looked_for() -> None:
    assert [word for entry in load_lexicon("gate")["term"] for word in entry["words"] if not re.search(gate._trade_terms(), word)] == []
