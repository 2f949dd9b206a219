"""Learning the weights of the prefilter."""
