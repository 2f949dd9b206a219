"""Classify documents of an official journal as acts of trade policy, by the rules of `acts.toml`.

Does not belong here: fetching documents (`pipeline/sources`) or reading articles. Official acts do not enter the news index.
"""
