"""Classify documents of an official journal as acts of trade policy.

The rules are in `acts.toml`. Official acts do not enter the news index. Does not belong here: fetching documents (`pipeline/sources`)
or reading articles.
"""
