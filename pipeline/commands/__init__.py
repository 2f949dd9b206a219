"""The commands of `tension`, one module each.

A command reads the settings, calls the other packages and prints the result.
Options and help texts are in `pipeline/cli.py`, which imports a module from here only when its command runs.
"""
