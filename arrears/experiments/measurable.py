"""Which metrics and covariates of a test are measured, and whether a book can tell them: asked before it starts."""

from __future__ import annotations

from arrears.errors import Refused
from arrears.experiments.design import Design
from arrears.experiments.groups import groups_of
from arrears.experiments.metrics import GROUP_COLUMNS, METRICS
from arrears.lake import Lake

AT_DESK = ("minutes", "holds_hit")
"""Columns of metrics that the desk's own tables tell."""

MEASURED = frozenset(column for each in METRICS.values() if not each.of_a_group for column in each.columns)
"""Columns of metrics that are read from the lake (`features.after`) and the desk."""

KNOWN_BEFORE = frozenset({"balance_before_minor", "past_due_before_minor", "bucket_before", "champion_score"})
"""Covariates that a night writes down of whoever comes in."""


def refuse_unmeasured(design: Design, lake: Lake) -> None:
    """Let no test start by what nobody would measure.

    Parameters
    ----------
    lake : of the book that it would be read from.

    Raises
    ------
    Refused : a metric or covariate of it is not measured, with those that are; a guardrail's protected group is not in
        the book, with those that are; or a status of the book's cycles settles later than the design waits for.
    """
    _refuse_unknown(design)
    _refuse_groups(design, lake)
    _refuse_unsettled(design, lake)


def _refuse_unknown(design: Design) -> None:
    told = (design.primary.metric, *design.secondary)
    guarded = MEASURED.union(GROUP_COLUMNS)
    metrics = {name for name in told if not MEASURED.issuperset(METRICS[name].columns)}
    metrics |= {each.metric for each in design.guardrails if not guarded.issuperset(METRICS[each.metric].columns)}
    before = {each.name for each in design.covariates} - KNOWN_BEFORE
    if metrics or before:
        raise Refused(
            asked=f"measure the test {design.label}",
            found=f"{', '.join([*sorted(metrics), *sorted(before)])} would not be measured",
            do=f"Use columns {', '.join(sorted(MEASURED))} and covariates {', '.join(sorted(KNOWN_BEFORE))}; what "
            "compares groups is a guardrail.",
        )


def _refuse_groups(design: Design, lake: Lake) -> None:
    asked = [each.protected for each in design.guardrails if each.protected is not None]
    if not asked:
        return
    known = groups_of(lake)
    absent = [f"{each.attribute} {each.group}" for each in asked if each.group not in known.get(each.attribute, {})]
    if absent:
        told = "; ".join(f"{attribute}: {', '.join(groups)}" for attribute, groups in known.items())
        raise Refused(
            asked=f"measure the test {design.label}",
            found=f"the table protected knows nobody of {', '.join(absent)}; it has {told or 'no rows'}",
            do="Name one of those, or load the table.",
        )


def _refuse_unsettled(design: Design, lake: Lake) -> None:
    settles = lake.settings.delinquency.status_settles_days
    watches = [(design.primary.metric, design.watch), *((each.name, each.watch) for each in design.guardrails)]
    early = [name for name, each in watches if each.at_cycle_end and each.settlement_days < settles]
    if early:
        raise Refused(
            asked=f"measure the test {design.label}",
            found=f"a status settles {settles} days after its cycle, and {', '.join(early)} waits for fewer",
            do=f"Give settlement_days = {settles} or more to what is told at the end of a cycle.",
        )
