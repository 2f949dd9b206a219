"""Train the encoder's model; not used at run time.

`train.py` says how to run it. Steps: `examples` (annotated passages to inputs and labels) -> `train` (fine-tuning and export) -> `graph`
(the shipped 8-bit model). The passages are those of `pipeline/signals/training/` and the contrast sets `a` and `b` of `tests/gold/`.
"""
