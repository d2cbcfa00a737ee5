"""Which models' versions may be the arms of a test, and what is wrong with those that a design names."""

from __future__ import annotations

import re
from collections.abc import Sequence

UPLIFT = "uplift"
READ_BY_NIGHTS = ("propensity", "roll_rate", "contact", UPLIFT)
"""Models whose answers a night ranks by: versions of any other would all be worked alike."""

_LABEL = re.compile(r"[a-z][a-z0-9_]*/[1-9][0-9]*")


def parted(label: str) -> tuple[str, str]:
    """Name and version of a label.

    Examples
    --------
    >>> parted("propensity/3")
    ('propensity', '3')
    """
    name, _, version = label.partition("/")
    return name, version


def faults_of(models: Sequence[str | None]) -> list[str]:
    """What is wrong with the models that the arms of a design name, in words; nothing where none names any.

    Parameters
    ----------
    models : of each arm, None where it names a strategy.

    Examples
    --------
    >>> faults_of(["propensity/1", "propensity/3"]), faults_of([None, None])
    ([], [])
    >>> faults_of(["propensity/1", None])
    ['1 of 2 arms are versions of a model, the others strategies: all are the one or the other']
    >>> faults_of(["propensity/1", "roll_rate/3"])
    ['arms are versions of propensity and roll_rate: one model is tested at a time']
    >>> faults_of(["propensity/new", "promise/2"])  # doctest: +NORMALIZE_WHITESPACE
    ['propensity/new is no version of a model, as propensity/3',
     'nights do not rank by promise; they read propensity, roll_rate, contact, uplift']
    """
    told = [model for model in models if model is not None]
    unread = [model for model in told if _LABEL.fullmatch(model) and parted(model)[0] not in READ_BY_NIGHTS]
    names = list(dict.fromkeys(parted(model)[0] for model in told))
    faults = [f"{model} is no version of a model, as propensity/3" for model in told if not _LABEL.fullmatch(model)]
    faults += [f"nights do not rank by {parted(model)[0]}; they read {', '.join(READ_BY_NIGHTS)}" for model in unread]
    if told and len(told) < len(models):
        found = f"{len(told)} of {len(models)} arms are versions of a model, the others strategies"
        faults.append(f"{found}: all are the one or the other")
    if len(names) > 1 and not faults:
        faults.append(f"arms are versions of {' and '.join(names)}: one model is tested at a time")
    return faults
