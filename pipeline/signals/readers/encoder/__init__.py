"""The encoder reader: `encoding` (a sentence and its countries as numbers) -> `network` (the model) -> `reading` (what it found)."""
