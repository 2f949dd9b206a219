"""Colours of charts and page, in light and dark shades.

Red-orange and blue are distinct for common kinds of colour blindness; amber differs in lightness. A phase has the colour of its line.
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
ON_LIGHT = "#20262c"  # text on amber and grey, which are light in both modes

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
