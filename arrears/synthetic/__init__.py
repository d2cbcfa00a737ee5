"""Worlds with known truth: seeded source tables of debtors who never lived, and what every contact would have done."""

from __future__ import annotations

from arrears.synthetic.effects import Effect, effect_of
from arrears.synthetic.make import Made, make
from arrears.synthetic.parameters import world_names
from arrears.synthetic.setting import Setting, setting
from arrears.synthetic.truth import open_world
from arrears.synthetic.world import Actions, Happened, World

__all__ = [
    "Actions",
    "Effect",
    "Happened",
    "Made",
    "Setting",
    "World",
    "effect_of",
    "make",
    "open_world",
    "setting",
    "world_names",
]
