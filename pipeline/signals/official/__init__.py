"""Documents of an official journal into acts of trade policy: `judge.py` by the rules of `acts.toml`.

Belongs here: what a document's own fields say of act, partner, status and date. Does not: fetching (`pipeline/sources`), reading articles
(the rest of `pipeline/signals`), or counting: official acts stand beside the news index.
"""
