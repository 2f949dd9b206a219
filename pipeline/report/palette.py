"""Colours of charts and page, in light and dark shades.

Red-orange, blue and purple are distinct for common kinds of colour blindness; amber differs from them in lightness. The phases escalation,
de-escalation and dialogue have the colours of the lines of tension, concession and dialogue. The two greys of phases differ in lightness.
"""

from types import MappingProxyType

INK = "#1f2933"
MUTED = "#5b6673"
GRID = "#e9ecef"
PAPER = "#ffffff"
TENSION = "#c2410c"
CONCESSION = "#0b6bb0"
DIALOGUE = "#581c87"
STALEMATE = "#eab308"
QUIET = "#a8d5ba"
UNCLEAR = "#aab2bc"
NO_DATA = "#eef0f2"
FAINT = "#8893a0"  # lines to compare with
ON_LIGHT = "#20262c"  # text on amber and green, which are light in both modes
#: Words for the colours of lines, in captions.
IN_WORDS = MappingProxyType({TENSION: "red", CONCESSION: "blue"})

PHASES = MappingProxyType(
    {
        "quiet": QUIET, "dialogue": DIALOGUE, "stalemate": STALEMATE, "escalation": TENSION, "de-escalation": CONCESSION,
        "unclear": UNCLEAR, "no data": NO_DATA,
    }
)  # fmt: skip
#: Colours by name, of phases, channels and their values.
NAMED = MappingProxyType({**PHASES, "tension": TENSION, "concession": CONCESSION})
ON_PHASES = MappingProxyType(
    {
        "quiet": ON_LIGHT, "dialogue": PAPER, "stalemate": ON_LIGHT, "escalation": PAPER, "de-escalation": PAPER,
        "unclear": INK, "no data": MUTED,
    }
)  # fmt: skip

DARK = MappingProxyType(
    {
        INK: "#e6eaee",
        MUTED: "#a3aeba",
        GRID: "#2b333b",
        PAPER: "#171c21",
        TENSION: "#fb8c5a",
        CONCESSION: "#5cb3f2",
        DIALOGUE: "#b25eed",
        STALEMATE: "#f2c33c",
        QUIET: "#5f8f73",
        UNCLEAR: "#4a535d",
        NO_DATA: "#262d34",
        FAINT: "#8793a1",
    }
)
