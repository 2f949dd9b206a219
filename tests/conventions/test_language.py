"""The project's English: no words to avoid, short first lines of docstrings, short names of tests."""

from scripts.words import EXCEPTIONS, find_long_docstrings, find_long_test_names, find_words, list_files

FILES = list_files()


def test_the_checks_read_all_kinds_of_files() -> None:
    assert len(FILES) > 500
    assert {path.rpartition(".")[2] for path in FILES} == {"py", "sql", "md", "yaml", "toml"}


def test_there_are_at_most_15_exceptions_to_the_word_list() -> None:
    assert len(EXCEPTIONS) <= 15


def test_no_file_contains_words_to_avoid() -> None:
    matches = [f"{match.path}:{match.line}: {match.word} → {match.replacement}" for path in FILES for match in find_words(path)]
    assert matches == []


def test_first_lines_of_docstrings_have_at_most_12_words() -> None:
    modules = [path for path in FILES if path.startswith("pipeline/") and path.endswith(".py")]
    assert [f"{path}:{line}: {text}" for path in modules for line, text in find_long_docstrings(path)] == []


def test_names_of_tests_have_at_most_70_characters() -> None:
    modules = [path for path in FILES if path.startswith("tests/") and path.endswith(".py")]
    assert [f"{path}:{line}: {name}" for path in modules for line, name in find_long_test_names(path)] == []
