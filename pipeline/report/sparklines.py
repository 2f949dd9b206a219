"""Small charts: sparklines of the page, and images for Markdown."""

import base64
import itertools
import math
import re
from collections.abc import Sequence
from datetime import date

from pipeline.report import palette
from pipeline.report.names import short_day

SPARKLINE_POINTS = 45
_SCALED_POINTS = 32
_BASELINE = 100.0
_MAX_SPARKLINE_SIZE = 9999
_MAX_ALT_LENGTH = 60


def sparkline(values: Sequence[float | None], width: int = 120, height: int = 24) -> str:
    """Draw values as a small SVG line, under 900 characters.

    Values are drawn from left to right, with at most 45 points; a dot marks the last value drawn. If there are more values, the last is
    shown, and of those before it the largest of each bucket (a run of consecutive values), so that peaks are visible. The scale is from the
    smallest to the largest value shown. Values that are None or not finite are gaps. `width` and `height` in pixels, 8 to 9,999
    (`ValueError`).
    """
    if not all(8 <= size <= _MAX_SPARKLINE_SIZE for size in (width, height)):  # noqa: PLR2004 - see the docstring
        raise ValueError(f"a sparkline of {width} by {height} pixels cannot be drawn; choose 8 to {_MAX_SPARKLINE_SIZE:,} each")
    shown = _bucket_maxima([value if value is not None and math.isfinite(value) else None for value in values], SPARKLINE_POINTS)
    known = [value for value in shown if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    edge = 3
    step = (width - 2 * edge) / max(1, len(shown) - 1)
    drawn, path, is_joined = "", "", False
    for n, value in enumerate(shown):
        if value is None:
            is_joined = False
            continue
        share = 0.5 if high == low else (value - low) / (high - low)
        x, y = f"{edge + n * step:.0f}", f"{height - edge - share * (height - 2 * edge):.0f}"
        path += f"L{x} {y}" if is_joined else f"M{x} {y}h0"  # a line of no length, with round ends, shows a single value
        is_joined = True
    if path:
        line = f"<path d='{path}' fill='none' stroke='{palette.TENSION}' stroke-width='1.5' stroke-linecap='round'/>"
        drawn = f"{line}<circle cx='{x}' cy='{y}' r='2' fill='{palette.TENSION}'/>"
    return f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' viewBox='0 0 {width} {height}'>{drawn}</svg>"


def sparkline_markdown(values: Sequence[float | None]) -> str:
    """Make a sparkline as a Markdown image with inline data.

    It has under 1,000 characters, so that Dagster's UI shows it.
    """
    return _image_markdown(sparkline(values), "trend")


def scaled_chart_markdown(days: Sequence[date], values: Sequence[float | None], alt_text: str) -> str:
    """Draw a small chart with a scale as a Markdown image.

    It has under 1,000 characters, because Dagster's UI hides longer Markdown behind a link. `days` are ascending, one for each value, and
    are drawn from left to right as a line, which breaks where neighbours are more than two days apart, or twice as many days as a bucket
    has values. The scale is from 0; 0 and 100 have a line, and the largest value if it is above 120. If there are more than 32 values, the
    largest of each bucket (a run of consecutive values) is shown. In `alt_text` all but letters, digits and simple marks become spaces, and
    it is cut to 60 characters. `ValueError` if all values are None or not finite.
    """
    known = [(day, value) for day, value in zip(days, values, strict=True) if value is not None and math.isfinite(value)]
    if not known:
        raise ValueError("a chart of no values cannot be drawn")
    width, height, left, above, below = 280, 90, 26, 10, 14
    span = max(1, (days[-1] - days[0]).days)
    size = -(-len(known) // _SCALED_POINTS)
    shown = [max(known[n : n + size], key=lambda point: point[1]) for n in range(0, len(known), size)]
    largest = max(value for _, value in shown)
    top = max(_BASELINE, largest)
    scale = (height - above - below) / top
    path, before = "", None
    for day, value in shown:
        is_new = before is None or (day - before).days > 2 * size  # days without a value are a gap
        x = left + (width - left - 4) * (day - days[0]).days / span
        path += f"{'M' if is_new else ','}{x:.0f},{height - below - value * scale:.0f}{'h0' if is_new else ''}"
        before = day
    path = re.sub(r"h0,", ",", path)  # only a day alone is a dot
    marked = [0.0, _BASELINE, *([largest] if largest > 1.2 * _BASELINE else [])]  # a label needs some space
    lines = "".join(f"M{left} {height - below - value * scale:.0f}H{width}" for value in marked)
    labels = [(0, height - below - value * scale + 3, f"{value:.0f}") for value in marked]
    labels += [(left, height - 2, short_day(days[0])), (width - 40, height - 2, short_day(days[-1]))]
    texts = "".join(f"<text x='{x}' y='{y:.0f}'>{text}</text>" for x, y, text in labels)
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' font-size='10' fill='{palette.MUTED}'>"
        f"<path d='{lines}' stroke='{palette.GRID}'/>{texts}"
        f"<path d='{path}' fill='none' stroke='{palette.TENSION}' stroke-linecap='round'/></svg>"
    )
    return _image_markdown(svg, alt_text)


def _image_markdown(svg: str, alt_text: str) -> str:
    words = re.sub(r"[^\w .,:%+-]", " ", alt_text, flags=re.ASCII)[:_MAX_ALT_LENGTH]
    return f"![{words}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"


def _bucket_maxima(values: Sequence[float | None], most: int) -> list[float | None]:
    """Reduce values to at most `most`, so that peaks stay visible.

    Up to `most` values stay as they are. Otherwise the result is the largest of each of about equally long buckets of the values before the
    last, then the last value. A bucket without a value is None.
    """
    if len(values) <= most:
        return list(values)
    *before, last = values
    edges = [round(n * len(before) / (most - 1)) for n in range(most)]
    buckets = (before[start:end] for start, end in itertools.pairwise(edges))
    return [max((value for value in bucket if value is not None), default=None) for bucket in buckets] + [last]
