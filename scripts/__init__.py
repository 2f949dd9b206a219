"""Programs that write generated files of the repository: `python -m scripts.NAME`, or the target of that name in the Makefile."""
