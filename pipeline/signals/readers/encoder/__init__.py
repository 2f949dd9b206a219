"""The encoder reader, a small transformer that scores pairs of countries.

Steps: `encoding` (sentence to token ids) -> `network` (the model) -> `reader` (scores to readings).
"""
