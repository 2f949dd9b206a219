"""The commands of `tension`, one module each: read the settings, call the other packages, print the result.

Options and help texts are in `pipeline/cli.py`, which imports a module from here only when its command runs.
"""
