"""Statistics of the validation: data frames in, figures out."""
