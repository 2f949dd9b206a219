"""Read the rules of `expectations/` and refuse what is wrong in them, with the nearest word that would be right.

Belongs here: the file format and its errors. Does not: what a rule is (`rules.py`). Great Expectations drops a misspelt rule silently.
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
from pipeline.quality.derived import derive_rules
from pipeline.quality.expectation_types import COLUMN_ARGUMENTS, TYPES
from pipeline.quality.rules import NAME, RESERVED, Rule, RuleError, Severity, breaking_frame


def load_rules(folder: Path) -> dict[str, tuple[Rule, ...]]:
    """Every table's rules: those derived from its contract, then those of its file. `RuleError` when anything in a file is wrong."""
    written = read_rules(folder)
    rules = {name: (*derive_rules(table), *written.get(name, ())) for name, table in TABLES.items()}
    for name, of_table in rules.items():
        if repeated := _repeated([*RESERVED, *(rule.name for rule in of_table)]):
            raise RuleError(f"{folder / name}.yaml: the table has a check {repeated!r} already; choose another name, or drop this rule")
    return rules


def read_rules(path: Path) -> dict[str, tuple[Rule, ...]]:
    """Rules by table, in file order, from one file or from every `*.yaml` of a folder. `RuleError` when anything in them is wrong."""
    return dict(_read_file(file) for file in _files(path))


class _Entry(BaseModel):
    """One rule as a file has it. Validated with its table as context."""

    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)

    name: str = Field(pattern=f"^{NAME.pattern}$")  # it becomes a check's name
    type: str
    severity: Severity
    reason: str = Field(min_length=1)
    breaks: list[dict[str, Any]]
    column: str | None = None
    arguments: dict[str, Any] = Field(default_factory=dict)
    where: dict[str, Any] = Field(default_factory=dict)

    @field_validator("breaks", mode="before")
    @classmethod
    def _list_one_row(cls, given: Any) -> Any:
        return [given] if isinstance(given, dict) else given

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo[Table]) -> Self:
        for problems in (self._in_arguments(), self._in_columns(info.context), self._in_values()):
            for problem in problems:
                raise ValueError(problem)
        return self

    @property
    def all_arguments(self) -> dict[str, Any]:
        """The arguments, with `column`, which is short for one of them."""
        return {**({"column": self.column} if self.column is not None else {}), **self.arguments}

    def _in_arguments(self) -> Iterator[str]:
        if self.type not in TYPES:
            yield f"there is no expectation type {self.type!r}{_nearest(self.type, TYPES)}; the types are {', '.join(TYPES)}"
        kind, given = TYPES[self.type], set(self.all_arguments)
        if self.column is not None and "column" in self.arguments:
            yield "`column` is given both next to and inside `arguments`"
        for name in sorted(given - kind.arguments):
            yield f"{self.type} has no argument {name!r}; it takes {', '.join(sorted(kind.arguments))}"
        if missing := sorted(kind.required - given):
            yield f"{self.type} needs the argument {', '.join(missing)}"
        if kind.at_least_one_of and not kind.at_least_one_of & given:
            yield f"{self.type} needs the argument {' or '.join(sorted(kind.at_least_one_of))}"

    def _in_columns(self, table: Table) -> Iterator[str]:
        given = self.all_arguments
        if not isinstance(given.get("column_list", []), list):
            yield "column_list must be a list of columns"
        single = {name: [given[name]] for name in COLUMN_ARGUMENTS if name in given and name != "column_list"}
        lists = [("column_list", given.get("column_list", [])), ("where", self.where), *(("breaks", row) for row in self.breaks)]
        for place, names in (*single.items(), *lists):
            for name in names:
                if name not in table.schema:
                    yield f"{place} names {name!r}, which is no column of table {table.name}{_nearest(name, table.schema)}"
        # Great Expectations raises on a pair with one side missing unless it is told to skip such rows.
        for name in (given[side] for side in ("column_A", "column_B") if side in given and "ignore_row_if" not in given):
            if table.column(name).nullable:
                yield f"column {name!r} may be empty; add the argument `ignore_row_if: either_value_is_missing`"

    def _in_values(self) -> Iterator[str]:
        if "regex" in self.arguments:
            yield from _in_regex(self.arguments["regex"])
        mostly = self.arguments.get("mostly", 1)
        if isinstance(mostly, bool) or not isinstance(mostly, int | float) or not 0 < mostly <= 1:
            yield f"mostly is the share of rows that must pass, above 0 and at most 1, not {mostly!r}"
        if not self.breaks and TYPES[self.type].scope != "table":
            yield "`breaks` holds no row; give one that the rule must refuse"
        if self.breaks == [{}]:
            yield "`breaks` changes nothing in the example row, which every rule must accept"


def _in_regex(regex: Any) -> Iterator[str]:
    try:
        if re.compile(regex).groups:
            yield "write (?:...) instead of (...) in the regex; nothing is captured, and pandas warns of it"
    except (re.error, TypeError) as error:
        yield f"{regex!r} is not a regular expression: {error}"


def _rule(table: Table, given: Any, place: str) -> Rule:
    place = f"{place} ({given.get('name')!r})" if isinstance(given, dict) else place
    try:
        one = _Entry.model_validate(given, context=table)
    except ValidationError as error:
        raise RuleError(f"{place}: {'; '.join(_messages(error))}") from error
    rule = Rule(table.name, one.name, one.type, one.all_arguments, one.severity, " ".join(one.reason.split()), tuple(one.breaks), one.where)
    try:
        breaking_frame(rule)
    except (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError) as error:
        raise RuleError(f"{place}: a value of `breaks` does not fit the type of its column: {error}") from error
    return rule


def _messages(error: ValidationError) -> Iterator[str]:
    for one in error.errors(include_url=False):
        name = ".".join(map(str, one["loc"]))
        if one["type"] == "extra_forbidden":
            yield f"unknown key {name!r}{_nearest(name, _Entry.model_fields)}"
        elif one["type"] == "value_error":
            yield str(one["ctx"]["error"])
        else:
            yield f"{name or 'a rule'}: {one['msg'].replace('valid dictionary', 'mapping')}, not {one['input']!r}"


class _NoDuplicates(yaml.SafeLoader):
    """Safe YAML that refuses a key given twice, where plain YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        if repeated := _repeated(str(self.construct_object(key, deep=True)) for key, _ in node.value):
            raise yaml.constructor.ConstructorError(None, None, f"the key {repeated!r} is given twice", node.start_mark)
        return super().construct_mapping(node, deep)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise RuleError(f"{path}: no such file or folder of rules; give expectations/ or one of its files")
    if unread := sorted(path.glob("*.yml")):
        raise RuleError(f"{unread[0]}: files of rules end in .yaml; this one would not be read. Rename it")
    files = sorted(path.glob("*.yaml"))
    if not files:
        raise RuleError(f"{path}: the folder holds no <table>.yaml; every rule in it would be lost silently")
    return files


def _read_file(file: Path) -> tuple[str, tuple[Rule, ...]]:
    document = _parse(file)
    if not isinstance(document, dict) or set(document) != {"table", "rules"} or not isinstance(document["rules"], list):
        raise RuleError(f"{file}: must hold exactly two keys, `table:` and a list `rules:`")
    table = document["table"]
    if not isinstance(table, str) or table not in TABLES:
        raise RuleError(f"{file}: there is no table {table!r}{_nearest(table, TABLES)}; tables are defined in pipeline/contracts/tables")
    if file.stem != table:
        raise RuleError(f"{file}: holds the rules of table {table!r}, so it must be called {table}.yaml")
    if not document["rules"]:
        raise RuleError(f"{file}: has no rules; write one, or remove the file")
    rules = tuple(_rule(TABLES[table], given, f"{file}, rule {place}") for place, given in enumerate(document["rules"], 1))
    if repeated := _repeated(rule.name for rule in rules):
        raise RuleError(f"{file}: the rule name {repeated!r} is given twice; names are check names and must differ")
    return table, rules


def _parse(file: Path) -> Any:
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


def _repeated(names: Iterable[str]) -> str | None:
    """The first name that is given twice."""
    return next((name for name, count in Counter(names).items() if count > 1), None)


def _nearest(word: Any, known: Iterable[Any]) -> str:
    """A suggestion for a misspelt word, or nothing."""
    near = difflib.get_close_matches(str(word), [str(name) for name in known], n=1, cutoff=0.75)
    return f" (did you mean {near[0]!r}?)" if near else ""
