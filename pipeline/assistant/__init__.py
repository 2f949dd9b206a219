"""Answers to assistants about the published index, over the Model Context Protocol.

`answers.py` reads the answers from the database, `server.py` offers them as tools. Nothing here writes.
"""
