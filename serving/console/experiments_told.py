"""What a reading of a test says, in words and money: verdict, difference, guardrails, further metrics, shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from arrears.experiments.design import Design
from arrears.experiments.design_parts import Protected
from arrears.experiments.history import Deed
from arrears.experiments.metrics import METRICS
from arrears.experiments.observed import Unanswered
from arrears.experiments.records import Experiment
from arrears.experiments.schedule import looks
from arrears.money import to_major
from serving.console.experiments_waiting import UNDECIDED
from serving.console.words import count, decimal, many, money, sentence, short_day

Reading = Mapping[str, Any]
"""`arrears.experiments.readout.Readout.document()`, as an act keeps it."""

VERDICTS = {
    "continue": "Keep it running",
    "stop_for_harm": "Stop it: it does harm",
    "promote": "Promote it",
    "no_difference": "No difference worth having",
    UNDECIDED: "Nothing is decided: it waits for a person",
}
ENDS = {
    "promoted": "Promoted",
    "harm": "Ended by itself: it did harm",
    "no_difference": "Ended: no difference worth having",
    "stopped": "Stopped by hand",
}
_ARM_ENDED = "This arm ended by itself: it did harm"
_WAITS = "All is decided, and it waits for somebody to promote or stop it; whoever is in goes on as before"
_WITH_DECIMALS = 100.0
_CHIPS = {"promote": "good", "promoted": "good", "stop_for_harm": "bad", "harm": "bad", "continue": "going"}


@dataclass(frozen=True)
class Said:
    """A verdict on a page.

    Attributes
    ----------
    arm : the challenger that it is of; "" for the whole test.
    words : in large letters.
    chip : class of its mark: good, bad, held or, while nothing is decided, going.
    reasons : why, each a sentence.
    """

    arm: str
    words: str
    chip: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Effect:
    """What a challenger brings of the deciding metric, each already written.

    `low` and `high` end in more or less; None: no end is known yet. `corrected`: the rule has decided, and the looks
    are accounted for.
    """

    champion: str
    challenger: str
    effect: str
    is_more: bool
    low: str | None
    high: str | None
    debtors: tuple[int, int]
    corrected: bool


@dataclass(frozen=True)
class Rail:
    """A guardrail on its latest day, its numbers written; `standing` is broken, safe or open."""

    name: str
    metric: str
    sentence: str
    worse: str
    low: str
    high: str
    margin: str
    standing: str
    debtors: int
    on: date


def verdict_words(experiment: Experiment, decisions: Sequence[str]) -> tuple[str, str]:
    """How a test stands, in words and as the class of a mark: what ended it, or what its newest reading says."""
    if experiment.ended_by is not None:
        return ENDS[experiment.ended_by], _CHIPS.get(experiment.ended_by, "held")
    if experiment.state == "planned":
        return "Not started", ""
    if not decisions:
        return "Not read yet", ""
    over = {"stop_for_harm": "An arm ended by itself: it did harm"} if experiment.arms_ended else {}
    return "; ".join(dict.fromkeys((VERDICTS | over)[each] for each in decisions)), _chip(decisions)


def verdicts(experiment: Experiment, reading: Reading | None, acts: Sequence[Deed]) -> list[Said]:
    """The verdict on each challenger with its reasons; what ended the test first, which tells all where it was harm."""
    ended = [
        Said(
            "",
            ENDS[experiment.ended_by or "stopped"],
            _CHIPS.get(experiment.ended_by or "", "held"),
            _harm(experiment, reading) or (act.because,),
        )
        for act in acts
        if act.did == "ended"
    ]
    if reading is None or experiment.ended_by == "harm":
        return ended or [Said("", "Not read yet", "going", (_first_look(experiment.design),))]
    told = [
        Said(
            each["arm"],
            _ARM_ENDED
            if each["arm"] in experiment.arms_ended
            else _then_or_now(VERDICTS[each["verdict"]["decision"]], is_over=bool(ended)),
            _CHIPS.get(each["verdict"]["decision"], "held"),
            tuple(map(sentence, each["verdict"]["reasons"])),
        )
        for each in reading["challengers"]
    ]
    waits = [Said("", "Nobody new comes in", "held", (_WAITS,))] if experiment.closed_on and not ended else []
    return [*ended, *told, *waits]


def _harm(experiment: Experiment, reading: Reading | None) -> tuple[str, ...]:
    """Why a test ended by itself for harm, arm by arm; nothing where it did not."""
    if reading is None or experiment.ended_by != "harm":
        return ()
    harmed = [each for each in reading["challengers"] if each["verdict"]["decision"] == "stop_for_harm"]
    return tuple(f"{sentence(each['arm'])}: {reason}" for each in harmed for reason in each["verdict"]["reasons"])


def effect_of(challenged: Reading, design: Design) -> Effect | None:
    """What a challenger brings, as of its last look; None before one."""
    if not challenged["looks"]:
        return None
    last, claim = challenged["looks"][-1], challenged["adjusted"]
    unit, currency = METRICS[design.primary.metric].unit, design.cohort.currency
    found = last["found"]
    effect = found["effect"] if claim is None else claim["estimate"]
    ends = (last["at_least"], last["at_most"]) if claim is None else (claim["low"], claim["high"])
    low, high = (None if end is None else _more_or_less(end, unit, currency) for end in ends)
    return Effect(
        champion=written(found["champion"], unit, currency),
        challenger=written(found["challenger"], unit, currency),
        effect=written(abs(effect), unit, currency),
        is_more=effect >= 0,
        low=low,
        high=high,
        debtors=(last["debtors"][0], last["debtors"][1]),
        corrected=claim is not None,
    )


def rails_designed(design: Design) -> list[str]:
    """What each guardrail of a design lets a challenger lose, in words."""
    unit = {each.name: METRICS[each.metric].unit for each in design.guardrails}
    return [
        f"{each.name.replace('_', ' ')} by more than {_limit(each.margin, unit[each.name], design.cohort.currency)} "
        f"a debtor, {many(each.horizon_days, 'day')}"
        for each in design.guardrails
    ]


def rails(challenged: Reading, design: Design) -> list[Rail]:
    """The guardrails of a challenger."""
    groups = {each.name: each.protected for each in design.guardrails}
    return [_rail(each, design.cohort.currency, groups.get(each["name"])) for each in challenged["guardrails"]]


def further(challenged: Reading, currency: str) -> list[dict[str, Any]]:
    """The further metrics of a challenger, written."""
    return [
        {
            "metric": each["metric"],
            "sentence": METRICS[each["metric"]].sentence,
            "chance": decimal(each["p_corrected"]),
            **{
                name: written(value, METRICS[each["metric"]].unit, currency)
                for name, value in (
                    *((part, each["found"][part]) for part in ("champion", "challenger", "effect")),
                    ("low", each["low"]),
                    ("high", each["high"]),
                )
            },
        }
        for each in challenged["secondary"]
    ]


def shares_said(reading: Reading, design: Design) -> str:
    """Whether the arms hold their shares, in words with the counts."""
    found = reading["mismatch"]
    unit = "households" if design.household_together else "debtors"
    counted, expected = (" and ".join(map(count, found[name])) for name in ("counted", "expected"))
    told = f"{counted} {unit} came in where {expected} were to be expected."
    if not sum(found["counted"]):
        return f"Nobody had come in by the day of the reading, {short_day(date.fromisoformat(reading['as_of']))}."
    if found["found"]:
        return f"The arms do not hold their shares: {told} Find out why before anything is believed."
    return f"The arms hold their shares: {told} Shares that are right look so uneven by chance {_often(found['p'])}."


def unanswered_said(nights: Sequence[Unanswered], design: Design) -> list[str]:
    """For each arm whose version of a model did not answer, on how many nights, for how many debtors, and why."""
    models = {arm.name: arm.model for arm in design.arms}
    return [
        f"{told['arm'].replace('_', ' ').capitalize()}: {models[told['arm']]} did not answer on "
        f"{many(told['nights'], 'night')}, {_from_to(told['first'], told['last'])}, for up to "
        f"{many(told['debtors'], 'debtor')}; the night's own worked them. {told['because']}"
        for told in Unanswered.summed(nights)
    ]


def written(value: float | None, unit: str, currency: str) -> str:
    """A metric's value for each debtor as people write it; money below a hundred with its decimals.

    Examples
    --------
    >>> written(240.0, "money", "USD"), written(1203.4, "money", "USD"), written(0.0421, "number", "USD")
    ('2.40', '12.03', '0.0421')
    """
    if unit == "number" or value is None:
        return decimal(value, 2 if value is not None and (abs(value) >= 1 or value == 0) else 4)
    one = float(to_major(1, currency))
    return decimal(value * one, 2) if one < 1 and abs(value * one) < _WITH_DECIMALS else money(value, currency)


def look_said(look: Reading, design: Design) -> dict[str, Any]:
    """A look with its difference written: `effect`, `at_least` and `at_most`, signed."""
    unit, currency = METRICS[design.primary.metric].unit, design.cohort.currency
    values = {"effect": look["found"]["effect"], "at_least": look["at_least"], "at_most": look["at_most"]}
    return {**look, "said": {name: written(value, unit, currency) for name, value in values.items()}}


def _limit(value: float, unit: str, currency: str) -> str:
    """A bound of a design as it was written: no decimals that nobody wrote."""
    return f"{value:g}" if unit == "number" else written(value, unit, currency)


def _from_to(first: date, last: date) -> str:
    return short_day(first) if first == last else f"{short_day(first)} to {short_day(last)}"


def _then_or_now(words: str, *, is_over: bool) -> str:
    return f"The rule said: {words[0].lower()}{words[1:]}" if is_over else words


def _more_or_less(value: float, unit: str, currency: str) -> str:
    return f"{written(abs(value), unit, currency)} {'more' if value >= 0 else 'less'}"


def _rail(each: Reading, currency: str, group: Protected | None) -> Rail:
    told = METRICS[each["metric"]]
    whose = f" ({group.attribute}: {group.group})" if group else ""
    worse, low, high, margin = (written(each[name], told.unit, currency) for name in ("worse", "low", "high", "margin"))
    standing = "broken" if each["broken"] else "safe" if each["safe"] else "open"
    day = date.fromisoformat(each["day"])
    name, metric, debtors = each["name"], each["metric"], each["debtors"]
    return Rail(name, metric, told.sentence + whose, worse, low, high, margin, standing, debtors, day)


def _chip(decisions: Sequence[str]) -> str:
    return next((_CHIPS[each] for each in ("stop_for_harm", "promote", "continue") if each in decisions), "held")


def _first_look(design: Design) -> str:
    first = looks(design.enrolment, design.watch)[0]
    return f"the first look is on {short_day(first.on)}, when the first week's debtors have matured"


def _often(p: float) -> str:
    return "as often as not" if p > 0.5 else f"in {count(1000 * p)} tests of 1,000"  # noqa: PLR2004 - half of all
