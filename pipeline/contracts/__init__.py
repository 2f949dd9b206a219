"""What every table, column, vocabulary and source is: data and look-ups, no I/O."""
