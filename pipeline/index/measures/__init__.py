"""Trade measures: curated official acts, and what articles report about them."""
