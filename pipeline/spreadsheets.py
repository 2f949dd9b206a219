"""CSV for spreadsheets: no text of others acts as a formula."""

import polars as pl

#: What makes a spreadsheet take a cell for a formula; some also take full-width characters.
_FORMULA = r"^(?:\s*[=+\-@\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}]|[\t\r])"


def quote_formulas(text: pl.Expr) -> pl.Expr:
    """Put an apostrophe before text that looks like a formula.

    Such text begins, after any spaces, with `=`, `+`, `-` or `@` (also full-width), so a negative number too, or with a tab or a carriage
    return.
    """
    return pl.when(text.str.contains(_FORMULA)).then(pl.lit("'") + text).otherwise(text).name.keep()
