"""Colours of charts and page, each in a light and a dark shade. Nothing else belongs here.

Red-orange and blue keep apart for all common kinds of colour blindness; stalemate's amber differs from both in lightness as well. A
phase has the colour of the line that makes it, so that the strip and the lines are read together.
"""

from types import MappingProxyType

INK = "#1f2933"
MUTED = "#5b6673"
GRID = "#e9ecef"
PAPER = "#ffffff"
TENSION = "#c2410c"
CONCESSION = "#0b6bb0"
DIALOGUE = "#8893a0"
STALEMATE = "#eab308"
QUIET = "#d7dce1"
ON_LIGHT = "#20262c"  # text on amber and grey; they are light in both modes, so it has no other shade

PHASES = MappingProxyType(
    {"quiet": QUIET, "dialogue": DIALOGUE, "stalemate": STALEMATE, "escalation": TENSION, "de-escalation": CONCESSION}
)
ON_PHASES = MappingProxyType({"quiet": MUTED, "dialogue": ON_LIGHT, "stalemate": ON_LIGHT, "escalation": PAPER, "de-escalation": PAPER})

DARK = MappingProxyType(
    {
        INK: "#e6eaee",
        MUTED: "#a3aeba",
        GRID: "#2b333b",
        PAPER: "#171c21",
        TENSION: "#fb8c5a",
        CONCESSION: "#5cb3f2",
        DIALOGUE: "#8793a1",
        STALEMATE: "#f2c33c",
        QUIET: "#3c454e",
    }
)
