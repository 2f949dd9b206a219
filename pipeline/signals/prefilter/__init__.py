"""The prefilter: which sentences of an article the readers read."""
