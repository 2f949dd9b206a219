"""Train the encoder's model; not used at run time.

    uv run --script pipeline/signals/readers/encoder/training/train.py

Steps: `examples` (annotated passages to inputs and labels) -> `train` (fine-tuning and export) -> `graph` (the shipped 8-bit model). The
passages are those of `pipeline/signals/training/` only.
"""
