"""What the index is held against: made-up rates whose truth is known, the stories of the next day, events, and reference series."""
