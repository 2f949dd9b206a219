"""What each command of `tension` does, one module a command.

Belongs here: reading settings, calling the other packages, printing the result. Does not: options and help texts (`pipeline/cli.py`),
which imports a module from here only when its command runs, so that a command loads what it uses and nothing else.
"""
