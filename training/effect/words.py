"""An effect as a manager reads it: what the threshold did, and when not to believe it."""

from __future__ import annotations

from arrears.money import say_money
from training.effect.discontinuity import LEVEL
from training.effect.judge import Effect

_CHANCE = 1 - LEVEL
_BLATANT = 0.001
_FEW_WITHIN = 200
_STRONG = 10.0


def sentence(effect: Effect) -> str:
    """The estimate with its interval, in one sentence.

    Nothing is called an effect where its interval holds 0: then the sentence says how large one may still be.
    """
    jump, rows = effect.jump, effect.rows
    says = _Money(rows.currency)
    who = f"accounts with {rows.threshold.in_words()}"
    interval = f"95 % interval {says.signed(jump.low)} to {says.signed(jump.high)}"
    if jump.low <= 0 <= jump.high:
        return (
            f"No effect on the cash of {who} can be told from chance: {says.signed(jump.estimate)} an account "
            f"({interval}). These accounts would have shown one of {says.plain(effect.detectable_minor)}, "
            "four times in five."
        )
    more = "more" if jump.estimate > 0 else "less"
    if effect.worked is not None:
        return (
            f"Working one of the {who} brought in {says.plain(abs(jump.estimate))} {more} ({interval}), among those "
            f"worked because of the threshold: it moved the share worked by {effect.worked.estimate:+.0%}."
        )
    return (
        f"At the threshold {who} brought in {says.plain(abs(jump.estimate))} {more} an account than those just on the "
        f"other side ({interval})."
    )


def doubts(effect: Effect) -> list[str]:
    """Every reason found not to believe the effect, worst first; empty where none was found."""
    found = [
        _gathering(effect),
        _unlike(effect),
        _elsewhere(effect),
        _weak(effect),
        _depends_on_width(effect),
        _few(effect),
        _few_values(effect),
    ]
    return [doubt for doubt in found if doubt]


def reach(effect: Effect) -> str:
    """Of whom the effect speaks at all."""
    threshold, jump = effect.rows.threshold, effect.jump
    return (
        f"It speaks only of accounts within {threshold.said(jump.widths.jump)} of {threshold.said(threshold.cut)} "
        f"({jump.rows_above:,} on the treated side, {jump.rows_below:,} on the other), and only if nothing else was "
        "decided at the same value."
    )


class _Money:
    """Minor units in words."""

    def __init__(self, currency: str) -> None:
        self._currency = currency

    def plain(self, minor: float) -> str:
        return say_money(round(minor), self._currency)

    def signed(self, minor: float) -> str:
        return f"+{self.plain(minor)}" if round(minor) > 0 else self.plain(minor)


def _gathering(effect: Effect) -> str:
    density = effect.density
    told = [density.p < _CHANCE, density.nearest_p < _BLATANT]
    if not any(told):
        return ""
    more = density.statistic > 0 if told == [True, False] else density.nearest_above > density.nearest_below
    side = "on the treated side" if more else "on the other side"
    return (
        f"Accounts gather {side} of the cut (p = {min(density.p, density.nearest_p):.3g}): if somebody or something "
        "chose the side they are on, the two sides are not alike, and the effect is not to be believed."
    )


def _unlike(effect: Effect) -> str:
    unlike = [each.name for each in effect.covariates if each.p < _CHANCE]
    if not unlike:
        return ""
    return f"The accounts on both sides differ in what was so before: {', '.join(unlike)} jumps at the cut, too."


def _elsewhere(effect: Effect) -> str:
    threshold = effect.rows.threshold
    cuts = [threshold.said(threshold.at(each.at)) for each in effect.placebos if each.p < _CHANCE]
    return f"The cash jumps where there is no threshold, too: at {', '.join(cuts)}." if cuts else ""


def _weak(effect: Effect) -> str:
    worked = effect.worked
    if worked is None or (worked.corrected / worked.error) ** 2 >= _STRONG:
        return ""
    return (
        f"The threshold hardly moved who was worked ({worked.low:+.0%} to {worked.high:+.0%}): the interval of an "
        "effect per account worked is then too narrow."
    )


def _depends_on_width(effect: Effect) -> str:
    own, says = effect.jump, _Money(effect.rows.currency)
    others = [
        f"{says.signed(jump.corrected)} at {times:g} times the bandwidth"
        for times, jump in effect.widths.items()
        if not own.low <= jump.corrected <= own.high and not jump.low <= own.corrected <= jump.high
    ]
    return f"It depends on how far from the cut one looks: {', '.join(others)}." if others else ""


def _few(effect: Effect) -> str:
    fewest = min(effect.jump.rows_below, effect.jump.rows_above)
    if fewest >= _FEW_WITHIN:
        return ""
    return f"Only {fewest} accounts on one side are near enough to the cut: the interval may hold the truth less often."


def _few_values(effect: Effect) -> str:
    if not effect.counted:
        return ""
    return (
        f"{effect.rows.threshold.label.capitalize()} takes few values: between the last one short of the cut and the "
        "first one beyond it a straight line is assumed, and no account can contradict it."
    )
