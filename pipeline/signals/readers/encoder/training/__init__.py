"""How the encoder's model is made: a development step that nothing in use imports.

    uv run --script pipeline/signals/readers/encoder/training/train.py

`examples` (annotated passages as what the model sees and should answer) -> `train` (fine-tuning, export) -> `graph` (the shipped form, in
8-bit arithmetic). The passages are those of `pipeline/signals/training/`, and no others.
"""
