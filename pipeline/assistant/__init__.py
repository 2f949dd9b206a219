"""Answers to AI assistants about the published index: `tension mcp`.

`answers.py` reads the answers from the database, `server.py` offers them as tools. Nothing here writes.
"""
