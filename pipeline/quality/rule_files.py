"""Read and validate the rule files of `expectations/`.

Every name is validated here because Great Expectations silently ignores a misspelt rule. Errors suggest the nearest valid name.
"""

import difflib
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any, Self

import polars as pl
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from pipeline.contracts.model import Table
from pipeline.contracts.tables import TABLES
from pipeline.quality.built_in import KEY_IS_UNIQUE, REQUIRED_VALUES_PRESENT, VOCABULARY_IS_CLOSED
from pipeline.quality.derived import derive_rules
from pipeline.quality.expectation_types import COLUMN_ARGUMENTS, TYPES
from pipeline.quality.rules import NAME, Rule, RuleError, Severity, breaking_frame

# Names of the checks that every table has; a rule of the same name would hide one of them.
_OTHER_CHECKS = ("contract", KEY_IS_UNIQUE, REQUIRED_VALUES_PRESENT, VOCABULARY_IS_CLOSED)


def load_rules(folder: Path) -> dict[str, tuple[Rule, ...]]:
    """Return the rules of every table, also those without a file.

    The rules derived from a table's contract (its definition in `pipeline/contracts`) come first, then those of its file in `folder`.
    Raises `RuleError` when the folder or its files are missing, a file is wrong, or a rule has the name of another check of its table.
    """
    from_files = read_rules(folder)
    rules = {name: (*derive_rules(table), *from_files.get(name, ())) for name, table in TABLES.items()}
    for name, table_rules in rules.items():
        if repeated := _find_duplicate([*_OTHER_CHECKS, *(rule.name for rule in table_rules)]):
            raise RuleError(f"{folder / name}.yaml: the table already has a check {repeated!r}; rename or remove this rule")
    return rules


def read_rules(path: Path) -> dict[str, tuple[Rule, ...]]:
    """Read the rules of one file or folder, by table.

    Tables without a file are left out, and so are rules derived from contracts. Raises `RuleError` when `path` is missing or a folder
    without rule files, or when a file is wrong.
    """
    return dict(_read_file(file) for file in _list_files(path))


class _Entry(BaseModel):
    """One rule as written in a file.

    It is validated with its table as context. Each `_check_...` method yields what is wrong, and only the first problem is reported: later
    checks rely on the earlier ones.
    """

    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)

    name: str = Field(pattern=f"^{NAME.pattern}$")  # it is the name of the check
    type: str
    severity: Severity
    reason: str = Field(min_length=1)
    breaks: list[dict[str, Any]]
    column: str | None = None
    arguments: dict[str, Any] = Field(default_factory=dict)
    where: dict[str, Any] = Field(default_factory=dict)

    @field_validator("breaks", mode="before")
    @classmethod
    def _wrap_one_row(cls, value: Any) -> Any:
        """Wrap `breaks` in a list if it is one row."""
        return [value] if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo[Table]) -> Self:
        """Raise `ValueError` with the first problem of the rule, if any."""
        for problems in (self._check_arguments(), self._check_columns(info.context), self._check_values()):
            for problem in problems:
                raise ValueError(problem)
        return self

    @property
    def all_arguments(self) -> dict[str, Any]:
        """The arguments, including a `column` that is written next to them."""
        return {**({"column": self.column} if self.column is not None else {}), **self.arguments}

    def _check_arguments(self) -> Iterator[str]:
        """Yield what is wrong with the type of expectation and its arguments."""
        if self.type not in TYPES:
            yield f"there is no expectation type {self.type!r}{_suggest(self.type, TYPES)}; the types are {', '.join(TYPES)}"
        kind, names = TYPES[self.type], set(self.all_arguments)
        if self.column is not None and "column" in self.arguments:
            yield "`column` is given both next to and inside `arguments`"
        for name in sorted(names - kind.arguments):
            yield f"{self.type} has no argument {name!r}; it takes {', '.join(sorted(kind.arguments))}"
        if missing := sorted(kind.required - names):
            yield f"{self.type} needs the argument {', '.join(missing)}"
        if kind.at_least_one_of and not kind.at_least_one_of & names:
            yield f"{self.type} needs the argument {' or '.join(sorted(kind.at_least_one_of))}"

    def _check_columns(self, table: Table) -> Iterator[str]:
        """Yield what is wrong with the columns that the rule names.

        It is wrong if `column_list` is not a list, if a column does not exist in the table, or if one of a compared pair may be null and
        `ignore_row_if` is missing.
        """
        arguments = self.all_arguments
        if not isinstance(arguments.get("column_list", []), list):
            yield "column_list must be a list of columns"
        single = {name: [arguments[name]] for name in COLUMN_ARGUMENTS if name in arguments and name != "column_list"}
        lists = [("column_list", arguments.get("column_list", [])), ("where", self.where), *(("breaks", row) for row in self.breaks)]
        for place, names in (*single.items(), *lists):
            for name in names:
                if name not in table.schema:
                    yield f"{place} names {name!r}, which is not a column of table {table.name}{_suggest(name, table.schema)}"
        # Without `ignore_row_if` Great Expectations raises on a row with one of the two values missing.
        for name in (arguments[side] for side in ("column_A", "column_B") if side in arguments and "ignore_row_if" not in arguments):
            if table.column(name).nullable:
                yield f"column {name!r} may be empty; add the argument `ignore_row_if: either_value_is_missing`"

    def _check_values(self) -> Iterator[str]:
        """Yield what is wrong with values of arguments, `where` and `breaks`.

        A `regex` must be valid, and have no capturing groups. `mostly` is the share of rows that must pass, above 0. Each column in `where`
        has a value, or `at_least` with a number. `breaks` has rows that must fail, which differ from the example row; only a rule on the
        whole table needs none.
        """
        if "regex" in self.arguments:
            yield from _check_regex(self.arguments["regex"])
        mostly = self.arguments.get("mostly", 1)
        if isinstance(mostly, bool) or not isinstance(mostly, int | float) or not 0 < mostly <= 1:
            yield f"mostly is the share of rows that must pass, above 0 and at most 1, not {mostly!r}"
        for name, value in self.where.items():
            if isinstance(value, dict) and (set(value) != {"at_least"} or type(value["at_least"]) not in (int, float)):
                yield f"where limits {name!r} by {value!r}; write a value, or {{at_least: NUMBER}}"
        if not self.breaks and TYPES[self.type].scope != "table":
            yield "`breaks` has no row; add one on which the rule must fail"
        if self.breaks == [{}]:
            yield "`breaks` changes nothing in the example row, on which every rule must pass"


def _check_regex(regex: Any) -> Iterator[str]:
    """Yield what is wrong with a `regex`: invalid, or with capturing groups."""
    try:
        if re.compile(regex).groups:
            yield "write (?:...) instead of (...) in the regex; pandas warns about capturing groups"
    except (re.error, TypeError) as error:
        yield f"{regex!r} is not a regular expression: {error}"


def _parse_rule(table: Table, document: Any, place: str) -> Rule:
    """Build a rule from its entry (`document`) in a YAML file.

    `RuleError` if it is wrong, with `place` (file and number of the rule) in the message.
    """
    place = f"{place} ({document.get('name')!r})" if isinstance(document, dict) else place
    try:
        entry = _Entry.model_validate(document, context=table)
    except ValidationError as error:
        raise RuleError(f"{place}: {'; '.join(_describe_errors(error))}") from error
    reason = " ".join(entry.reason.split())
    rule = Rule(table.name, entry.name, entry.type, entry.all_arguments, entry.severity, reason, tuple(entry.breaks), entry.where)
    try:
        breaking_frame(rule)
    except (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError) as error:
        raise RuleError(f"{place}: a value of `breaks` does not fit the type of its column: {error}") from error
    return rule


def _describe_errors(error: ValidationError) -> Iterator[str]:
    """Describe Pydantic's errors in words for authors of rules."""
    for problem in error.errors(include_url=False):
        name = ".".join(map(str, problem["loc"]))
        if problem["type"] == "missing":
            yield f"the key {name!r} is missing"
        elif problem["type"] == "extra_forbidden":
            yield f"unknown key {name!r}{_suggest(name, _Entry.model_fields)}"
        elif problem["type"] == "value_error":
            yield str(problem["ctx"]["error"])
        else:
            expected = (
                problem["msg"].replace("Input should be", "must be").replace("String should", "must").replace("valid dictionary", "mapping")
            )
            yield f"{name or 'a rule'} {expected}, not {problem['input']!r}"


class _NoDuplicates(yaml.SafeLoader):
    """Safe YAML loader that rejects duplicate keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        if repeated := _find_duplicate(str(self.construct_object(key, deep=True)) for key, _ in node.value):
            raise yaml.constructor.ConstructorError(None, None, f"the key {repeated!r} is given twice", node.start_mark)
        return super().construct_mapping(node, deep)


def _list_files(path: Path) -> list[Path]:
    """List the rule files of a folder, or the file itself.

    Those of a folder end in `.yaml` and are sorted. `RuleError` if a folder has none, or one that ends in `.yml`, or if `path` is missing.
    """
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise RuleError(f"{path}: no such file or folder; pass expectations/ or one of its files")
    if unread := sorted(path.glob("*.yml")):
        raise RuleError(f"{unread[0]}: rule files end in .yaml; rename this one, which would be ignored")
    files = sorted(path.glob("*.yaml"))
    if not files:
        raise RuleError(f"{path}: the folder has no <table>.yaml")
    return files


def _read_file(file: Path) -> tuple[str, tuple[Rule, ...]]:
    """Return the name of a file's table, and the file's rules.

    The file must be named after the table. Instead of `rules`, a file may have `rules_of`: the table whose file, next to it, has the same
    rules. `RuleError` if anything in the file is wrong.
    """
    document = _load_yaml(file)
    if isinstance(document, dict) and document.keys() == {"table", "rules_of"} and str(document["rules_of"]) in TABLES:
        same = _load_yaml(file.with_name(f"{document['rules_of']}.yaml"))
        document = {"table": document["table"], "rules": same.get("rules") if isinstance(same, dict) else None}
    if not isinstance(document, dict) or document.keys() != {"table", "rules"} or not isinstance(document["rules"], list):
        raise RuleError(f"{file}: must have exactly two keys, `table:` and a list `rules:`, or `rules_of:` a table that has such a file")
    table = document["table"]
    if not isinstance(table, str) or table not in TABLES:
        raise RuleError(f"{file}: there is no table {table!r}{_suggest(table, TABLES)}; tables are defined in pipeline/contracts/tables")
    if file.stem != table:
        raise RuleError(f"{file}: has rules of table {table!r}, so it must be named {table}.yaml")
    if not document["rules"]:
        raise RuleError(f"{file}: has no rules; write one, or remove the file")
    rules = tuple(_parse_rule(TABLES[table], one, f"{file}, rule {number}") for number, one in enumerate(document["rules"], 1))
    if repeated := _find_duplicate(rule.name for rule in rules):
        raise RuleError(f"{file}: the rule name {repeated!r} is given twice; each rule is a check and needs its own name")
    return table, rules


def _load_yaml(file: Path) -> Any:
    """Load the only document of a YAML file; keys must not repeat.

    None if the file is empty. `RuleError` if it cannot be read as UTF-8, or is not such a document.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"{file}: cannot be read as UTF-8 text ({error})") from error
    loader = _NoDuplicates(text)
    try:
        return loader.get_single_data()
    except (yaml.YAMLError, ValueError) as error:
        raise RuleError(f"{file}: is not valid YAML: {error}") from error
    finally:
        loader.dispose()


def _find_duplicate(names: Iterable[str]) -> str | None:
    """Return the first repeated name; None if all differ."""
    return next((name for name, count in Counter(names).items() if count > 1), None)


def _suggest(word: Any, known: Iterable[Any]) -> str:
    """Return a suggestion for a misspelt word, or an empty string."""
    near = difflib.get_close_matches(str(word), [str(name) for name in known], n=1, cutoff=0.75)
    return f" (did you mean {near[0]!r}?)" if near else ""
