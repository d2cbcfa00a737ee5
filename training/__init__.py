"""How a model is made, judged and watched."""
