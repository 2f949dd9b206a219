"""Statistics of the validation: from data frames to rows of VALIDATION."""
