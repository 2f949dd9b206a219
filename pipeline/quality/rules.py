"""Promises about one table: what a file of `expectations/` says, read, refused where it is wrong, and typed.

Belongs here: `Rule`, the file format and its errors. Does not: judging a frame (`validate.py`). Great Expectations is not imported: the
rules are read whenever the pipeline's definitions are, and it drops a misspelt rule without a word.
"""

import difflib
import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import polars as pl
import yaml

from pipeline.contracts.model import Table
from pipeline.contracts.tables import TABLES
from pipeline.quality.expectation_types import COLUMN_ARGUMENTS, TYPES, ExpectationType

Severity = Literal["critical", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)

# Names of the checks that every table has; a rule of the same name would hide one of them.
RESERVED = frozenset({"contract", "key_is_unique", "required_values_present", "vocabulary_is_closed"})

NAME = re.compile(r"[A-Za-z0-9_]+")
_REQUIRED = ("name", "type", "severity", "reason", "breaks")
_OPTIONAL = ("column", "arguments", "where")


class RuleError(ValueError):
    """A file of promises is wrong; the message names the file, the rule, what is wrong and what would be right."""


@dataclass(frozen=True, eq=False)
class Rule:
    """One promise about one table, as a Great Expectations type with arguments.

    `where` limits it to rows with these values. `breaks` are rows that must make it fail: each a set of changes to the table's example row.
    """

    table: str
    name: str
    type: str
    arguments: Mapping[str, Any]
    severity: Severity
    reason: str
    breaks: tuple[Mapping[str, Any], ...]
    where: Mapping[str, Any] = field(default_factory=dict)

    @property
    def expectation_type(self) -> ExpectationType:
        """What its type needs and judges."""
        return TYPES[self.type]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it looks at, each once."""
        given = [self.arguments[name] for name in COLUMN_ARGUMENTS if name in self.arguments]
        names = [name for value in given for name in (value if isinstance(value, list) else [value])]
        return tuple(dict.fromkeys([*names, *self.where]))


def load(path: Path) -> dict[str, tuple[Rule, ...]]:
    """Rules by table, in file order, from one file or from every `*.yaml` of a folder. `RuleError` when anything in them is wrong."""
    rules: dict[str, tuple[Rule, ...]] = {}
    for file in _files(path):
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RuleError(f"{file}: cannot be read as UTF-8 text ({error})") from error
        table, found = _parse(text, file)
        if table in rules:
            raise RuleError(f"{file}: the rules of table {table!r} stand in another file already; keep them in one")
        rules[table] = found
    return rules


def breaking_frame(rule: Rule) -> pl.DataFrame:
    """The rows of `breaks`, each the table's example row with the changes: a frame of the contract's shape that the rule must refuse."""
    table = TABLES[rule.table]
    example = table.example().row(0, named=True)
    rows = [example | dict(changes) for changes in rule.breaks]
    return pl.DataFrame(rows, schema=table.schema, orient="row") if rows else table.empty()


class _NoDuplicates(yaml.SafeLoader):
    """Safe YAML that refuses a key given twice, where plain YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key, count in Counter(map(str, keys)).items():
            if count > 1:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise RuleError(f"{path}: no such file or folder of promises; give expectations/ or one of its files")
    if unread := sorted(path.glob("*.yml")):
        raise RuleError(f"{unread[0]}: files of promises end in .yaml; this one would not be read. Rename it")
    files = sorted(path.glob("*.yaml"))
    if not files:
        raise RuleError(f"{path}: the folder holds no <table>.yaml; every promise would be lost without a word")
    return files


def _parse(text: str, file: Path) -> tuple[str, tuple[Rule, ...]]:
    loader = _NoDuplicates(text)
    try:
        document = loader.get_single_data()
    except (yaml.YAMLError, ValueError) as error:
        raise RuleError(f"{file}: is not valid YAML: {error}") from error
    finally:
        loader.dispose()
    if not isinstance(document, dict) or set(document) != {"table", "rules"} or not isinstance(document["rules"], list):
        raise RuleError(f"{file}: must hold exactly two keys, `table:` and a list `rules:`")
    table = document["table"]
    if not isinstance(table, str) or table not in TABLES:
        raise RuleError(f"{file}: there is no table {table!r}{_nearest(table, TABLES)}; tables stand in pipeline/contracts/tables")
    if file.stem != table:
        raise RuleError(f"{file}: holds the rules of table {table!r}, so it must be called {table}.yaml")
    if not document["rules"]:
        raise RuleError(f"{file}: has no rules; write one, or remove the file")
    rules = tuple(_rule(TABLES[table], given, f"{file}, rule {place}") for place, given in enumerate(document["rules"], 1))
    if repeated := [name for name, count in Counter(rule.name for rule in rules).items() if count > 1]:
        raise RuleError(f"{file}: the rule name {repeated[0]!r} stands twice; names are check names and must differ")
    return table, rules


def _rule(table: Table, given: Any, place: str) -> Rule:
    if not isinstance(given, dict):
        raise RuleError(f"{place}: must be a mapping with {', '.join(_REQUIRED)}, not {given!r}")
    place = f"{place} ({given.get('name')!r})"
    if unknown := [key for key in given if key not in (*_REQUIRED, *_OPTIONAL)]:
        raise RuleError(f"{place}: unknown key {unknown[0]!r}{_nearest(unknown[0], (*_REQUIRED, *_OPTIONAL))}")
    if missing := [key for key in _REQUIRED if key not in given]:
        raise RuleError(f"{place}: lacks {', '.join(missing)}")
    _check_words(given, place)
    arguments = _arguments(table, given, place)
    where = given.get("where", {})
    if not isinstance(where, dict):
        raise RuleError(f"{place}: `where` must be a mapping of column -> value")
    _check_columns(table, where, "where", place)
    rule = Rule(
        table=table.name,
        name=given["name"],
        type=given["type"],
        arguments=arguments,
        severity=given["severity"],
        reason=" ".join(given["reason"].split()),
        breaks=tuple(_breaks(table, given, place)),
        where=where,
    )
    try:
        breaking_frame(rule)
    except (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError) as error:
        raise RuleError(f"{place}: a value of `breaks` does not fit the type of its column: {error}") from error
    return rule


def _check_words(given: Mapping[str, Any], place: str) -> None:
    name, kind, severity, reason = (given[key] for key in ("name", "type", "severity", "reason"))
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise RuleError(f"{place}: a name is made of letters, digits and _ alone, because it becomes a check's name")
    if name in RESERVED:
        raise RuleError(f"{place}: the name is that of a check which every table has; choose another")
    if not isinstance(kind, str) or kind not in TYPES:
        raise RuleError(f"{place}: there is no expectation type {kind!r}{_nearest(kind, TYPES)}; the types are {', '.join(TYPES)}")
    if severity not in SEVERITIES:
        raise RuleError(f"{place}: severity must be {', '.join(SEVERITIES)}, not {severity!r}")
    if not isinstance(reason, str) or not reason.strip():
        raise RuleError(f"{place}: the reason is empty; say what goes wrong for a reader when the promise is broken")


def _arguments(table: Table, given: Mapping[str, Any], place: str) -> dict[str, Any]:
    arguments = given.get("arguments", {})
    if not isinstance(arguments, dict):
        raise RuleError(f"{place}: `arguments` must be a mapping")
    if "column" in given:
        if "column" in arguments:
            raise RuleError(f"{place}: `column` stands both beside and inside `arguments`")
        arguments = {"column": given["column"], **arguments}
    kind = TYPES[given["type"]]
    if unknown := [name for name in arguments if name not in kind.arguments]:
        raise RuleError(f"{place}: {given['type']} has no argument {unknown[0]!r}; it takes {', '.join(sorted(kind.arguments))}")
    missing = sorted(kind.required - set(arguments))
    if not missing and kind.at_least_one_of and not kind.at_least_one_of & set(arguments):
        missing = [" or ".join(sorted(kind.at_least_one_of))]
    if missing:
        raise RuleError(f"{place}: {given['type']} needs the argument {', '.join(missing)}")
    for name in COLUMN_ARGUMENTS:
        if name in arguments:
            columns = arguments[name] if name == "column_list" else [arguments[name]]
            if not isinstance(columns, list):
                raise RuleError(f"{place}: column_list must be a list of columns")
            _check_columns(table, columns, name, place)
    _check_pair(table, arguments, place)
    _check_values(arguments, place)
    return arguments


def _check_columns(table: Table, names: Sequence[Any] | Mapping[Any, Any], where: str, place: str) -> None:
    for name in names:
        if name not in table.schema:
            raise RuleError(f"{place}: {where} names {name!r}, which is no column of table {table.name}{_nearest(name, table.schema)}")


def _check_pair(table: Table, arguments: Mapping[str, Any], place: str) -> None:
    """Great Expectations raises on a pair with one side empty unless it is told to pass over it."""
    pair = [arguments[name] for name in ("column_A", "column_B") if name in arguments]
    nullable = [name for name in pair if table.column(name).nullable]
    if nullable and "ignore_row_if" not in arguments:
        raise RuleError(f"{place}: column {nullable[0]!r} may be empty; add the argument `ignore_row_if: either_value_is_missing`")


def _check_values(arguments: Mapping[str, Any], place: str) -> None:
    if "regex" in arguments:
        try:
            groups = re.compile(arguments["regex"]).groups
        except (re.error, TypeError) as error:
            raise RuleError(f"{place}: {arguments['regex']!r} is not a regular expression: {error}") from error
        if groups:
            raise RuleError(f"{place}: write (?:...) instead of (...) in the regex; nothing is captured, and pandas warns of it")
    mostly = arguments.get("mostly", 1)
    if isinstance(mostly, bool) or not isinstance(mostly, int | float) or not 0 < mostly <= 1:
        raise RuleError(f"{place}: mostly is the share of rows that must pass, above 0 and at most 1, not {mostly!r}")


def _breaks(table: Table, given: Mapping[str, Any], place: str) -> Iterator[Mapping[str, Any]]:
    breaks = given["breaks"]
    rows = [breaks] if isinstance(breaks, dict) else breaks
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RuleError(f"{place}: `breaks` must be a mapping of column -> bad value, or a list of such rows")
    if not rows and TYPES[given["type"]].scope != "table":
        raise RuleError(f"{place}: `breaks` holds no row; give one that the rule must refuse")
    if rows == [{}]:
        raise RuleError(f"{place}: `breaks` changes nothing in the example row, which every rule must accept")
    for row in rows:
        _check_columns(table, row, "breaks", place)
        yield row


def _nearest(word: Any, known: Any) -> str:
    """A suggestion for a misspelt word, or nothing."""
    near = difflib.get_close_matches(str(word), [str(name) for name in known], n=1, cutoff=0.75)
    return f" (did you mean {near[0]!r}?)" if near else ""
