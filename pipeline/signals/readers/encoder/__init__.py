"""The encoder reader: `encoding` (a sentence as token ids) -> `network` (the model) -> `reader` (scores to readings)."""
