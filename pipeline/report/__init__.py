"""Charts, tables and pages for people. Takes frames, knows nothing of where they come from."""
