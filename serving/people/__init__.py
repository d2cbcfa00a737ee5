"""People and programs: who may come in, as what, and whose data they may see."""
