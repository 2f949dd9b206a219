"""What every table, column, word and source is. Pure data: no I/O, no logic beyond looking things up."""
