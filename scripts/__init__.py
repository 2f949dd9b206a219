"""Scripts that write generated files: `python -m scripts.NAME` or `make NAME`."""
