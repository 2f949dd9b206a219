"""The statistics of the validation, frame in, frame out: each study computes figures (`figures.py`) and reads no lake."""
