"""How facts come in between loads: single rows of source tables, checked, kept once, and laid over the lake until then."""
