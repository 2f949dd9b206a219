"""The outside world, as it comes: one module per upstream. All judgement about what was read comes later, in other packages."""
