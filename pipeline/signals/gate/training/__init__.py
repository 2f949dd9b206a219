"""Training of the gate's weights; not used at run time."""
