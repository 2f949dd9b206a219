"""Usual names of columns in article files, for proposing a mapping.

Nothing is mapped by guess: a wrong date or text would be read without a word. Does not belong here: reading mapped columns (`formats/`).
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

#: Names that scrapers and archives often give to our columns, in lower case with underscores; the likeliest first.
USUAL_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "published_at": "date published pub_date pubdate publish_date published_date publication_date date_published date_publish datetime "
        "timestamp created_at time",
        "source": "outlet publisher publication newspaper source_name source_domain site domain media",
        "title": "headline heading",
        "body": "text content article article_text article_body body_text full_text fulltext maintext main_text",
        "url": "link web_url weburl href uri",
    }
)


def propose_mapping(theirs: Iterable[str], lacking: Collection[str]) -> dict[str, str]:
    """Return usual names for our columns that a file lacks.

    `theirs`: the names in the file, as the values of the result; `lacking`: our names, as its keys. Case, blanks around a name, and hyphens
    and spaces for underscores do not matter. Of several usual names, the first in `USUAL_NAMES`.
    """
    names_of_file = {name.strip().lower().replace("-", "_").replace(" ", "_"): name for name in reversed(list(theirs))}
    usual = {ours: [name for name in names.split() if name in names_of_file] for ours, names in USUAL_NAMES.items() if ours in lacking}
    return {ours: names_of_file[names[0]] for ours, names in usual.items() if names}


def write_mapping(path: str, mapping: Mapping[str, str | Sequence[str]]) -> str:
    """Return the lines of `tension.toml` that map an archive's columns."""
    columns = ", ".join(f"{ours} = {json.dumps(theirs)}" for ours, theirs in mapping.items())
    return f"[[articles]]\npath = {json.dumps(path)}\ncolumns = {{ {columns} }}"
