"""Charts, tables and pages for readers, made from data frames."""
