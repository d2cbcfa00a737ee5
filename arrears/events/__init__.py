"""How facts come in between loads: single rows, checked, kept once, and laid over the lake until a load takes them."""
