"""Limits as a house keeps them: the files of its profiles, tightened where its settings say so, never loosened."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from arrears.errors import BadInput
from arrears.policy.limits import Limit, Limits, Value, read_limits

if TYPE_CHECKING:
    from arrears.settings import ConductSettings, Override


@lru_cache(maxsize=8)
def limits_of_house(conduct: ConductSettings) -> Limits:
    """The limits of the chosen profiles with the house's own values.

    Raises
    ------
    BadInput : a value is looser than the file's, cannot be moved, or is of no limit in the profiles.
    """
    limits = read_limits(conduct.profiles)
    for own in conduct.limits:
        limits = _with(limits, own)
    return limits


def _with(limits: Limits, own: Override) -> Limits:
    touched = 0
    by_profile: dict[str, tuple[Limit, ...]] = {}
    for profile, before in limits.by_profile.items():
        after = [_moved(limit, own) if _is_meant(limit, own) else limit for limit in before]
        touched += sum(_is_meant(limit, own) for limit in before)
        by_profile[profile] = tuple(after)
    if not touched:
        raise _refused(own, "no profile that is switched on has such a limit")
    return Limits(by_profile)


def _is_meant(limit: Limit, own: Override) -> bool:
    named = limit.rule == own.rule and own.name in (limit.name, "on")
    return named and (own.place is None or limit.place == own.place)


def _moved(limit: Limit, own: Override) -> Limit:
    if own.name == "on":
        if own.value is not True:
            raise _refused(own, "a rule can be switched on, never off")
        return limit.model_copy(update={"on": True})
    if limit.tighter is None or not _compare(limit.value, own.value):
        raise _refused(own, "this limit cannot be moved")
    is_tighter = own.value <= limit.value if limit.tighter == "lower" else own.value >= limit.value  # type: ignore[operator]  # compared above
    if not is_tighter:
        raise _refused(own, f"looser than {limit.value} {limit.unit}, which {limit.clause} sets")
    return limit.model_copy(update={"value": own.value})


def _compare(one: Value, other: Value) -> bool:
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (one, other))
    return numbers or (isinstance(one, str) and isinstance(other, str) and len(one) == len(other))


def _refused(own: Override, found: str) -> BadInput:
    where = f" in {own.place}" if own.place else ""
    return BadInput(
        asked=f"keep {own.rule} {own.name}{where} at {own.value}",
        found=f"{own.rule} {own.name}{where}: {found}",
        do="A house may only be stricter than its files of limits: mend the entry in conduct.limits.",
    )
