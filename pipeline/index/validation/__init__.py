"""Holding the index against what is known from elsewhere: dated trade actions, reference series, placebo pairs."""
