"""Strategies: named, versioned, immutable ways of ordering a queue, each a TOML file beside this one.

A strategy names its formula's terms and the order they give; the numbers themselves are `value`'s. A published version
never changes, so a night can say which one it followed.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from arrears.errors import BadInput, WrongUse

DEFAULT = "value_at_risk"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StrategyTerm(_Part):
    """One number of the formula; money is in minor units, shares are 0-1, a ranking is a place in `added.RANKINGS`."""

    name: str
    sentence: str
    unit: Literal["money", "money_per_minute", "share", "minutes", "days", "rank", "number", "ranking"]


class SortKey(_Part):
    """One step of the order: by which term, and which way."""

    by: str
    descending: bool = False


class Strategy(_Part):
    """One version of one strategy.

    Examples
    --------
    >>> strategy("severity").terms[0].unit
    'rank'
    """

    name: str
    version: str
    sentence: str
    cohort: Literal["past_due"]
    formula: str
    priority: str
    sort: tuple[SortKey, ...] = Field(min_length=1)
    terms: tuple[StrategyTerm, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _sorts_by_its_own_terms(self) -> Strategy:
        known = {term.name for term in self.terms}
        strange = {self.priority, *(key.by for key in self.sort)} - known
        if strange:
            message = f"{', '.join(sorted(strange))} is no term of the strategy"
            raise ValueError(message)
        return self

    def is_money(self, name: str) -> bool:
        """Whether a term is an amount, which compares only within a currency.

        Examples
        --------
        >>> strategy("severity").is_money("balance_minor"), strategy("severity").is_money("bucket_rank")
        (True, False)
        """
        return any(term.name == name and term.unit in ("money", "money_per_minute") for term in self.terms)

    @property
    def reads_effect(self) -> bool:
        """Whether its formula asks what a call adds.

        Examples
        --------
        >>> strategy("incremental_value").reads_effect, strategy("value_at_risk").reads_effect
        (True, False)
        """
        return any(term.unit == "ranking" for term in self.terms)

    def document(self) -> dict[str, Any]:
        """The whole strategy, as a night keeps it."""
        return self.model_dump(mode="json")


def strategy(name: str) -> Strategy:
    """The strategy of that name.

    Raises
    ------
    WrongUse : there is none.
    """
    if name not in names():
        raise WrongUse(asked=f"strategy {name}", found="no such strategy", do=f"Use one of {', '.join(names())}.")
    text = _folder().joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return read(tomllib.loads(text), where=f"{name}.toml")


def names() -> list[str]:
    """Every strategy there is.

    Examples
    --------
    >>> names()
    ['incremental_value', 'propensity', 'severity', 'value_at_risk']
    """
    return sorted(entry.name.removesuffix(".toml") for entry in _folder().iterdir() if entry.name.endswith(".toml"))


def read(document: dict[str, Any], *, where: str) -> Strategy:
    """The strategy in a document: a file's, or the one a night recorded.

    Raises
    ------
    BadInput : a field is missing, unknown or of another kind.
    """
    try:
        return Strategy.model_validate(document)
    except ValidationError as problem:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in problem.errors())
        raise BadInput(
            asked=f"use the strategy in {where}",
            found=faults,
            do="Mend the fields named; severity.toml is the simplest.",
        ) from problem


def _folder() -> Any:  # noqa: ANN401 - importlib names its type in a private module
    return files("arrears.queues") / "strategies"
