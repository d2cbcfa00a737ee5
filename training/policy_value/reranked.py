"""A recorded night in another strategy's order: the ranking code of the night itself, on the terms that it kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from arrears.buckets import AGEING
from arrears.errors import Refused
from arrears.policy.columns import Numbers, Words
from arrears.queues.rank import SUMMED, Ranking, ranked
from arrears.queues.strategy import Strategy
from arrears.queues.value import CHARGED_OFF_RANK, per_minute
from features.terms import minor
from training.policy_value.choices import Floats
from training.policy_value.nights import RecordedNight

_RANK_OF = {str(bucket): place for place, bucket in enumerate(AGEING)}


def chances_under(night: RecordedNight, strategy: Strategy) -> Floats:
    """(items,) the chance of each recorded item to be worked that day, had a strategy ordered the list.

    The same minutes are worked, and the same share is drawn by lot.

    Raises
    ------
    Refused : the night kept no term by which the strategy sorts.
    """
    ranking = ranking_under(night, strategy)
    names = list(night.accounts)
    leads = [night.accounts[names[row]] for row in ranking.lead.tolist()]
    debtor_id = _words([lead["debtor_id"] for lead in leads])
    lot = night.lot(debtor_id, ranking.terms["expected_minutes"])
    told = {(lead["debtor_id"], lead["client"]): chance for lead, chance in zip(leads, lot.probability, strict=True)}
    keys = zip(night.items.debtor_id.tolist(), night.items.work_group.tolist(), strict=True)
    return np.array([told[key] for key in keys], dtype=np.float64)


def ranking_under(night: RecordedNight, strategy: Strategy) -> Ranking:
    """The night's items in a strategy's order; rows are places in `night.accounts`.

    Raises
    ------
    Refused : the night kept no term by which the strategy sorts.
    """
    rows = list(night.accounts.values())
    terms = recorded_terms(night)
    missing = sorted({key.by for key in strategy.sort} - terms.keys())
    if missing:
        raise Refused(
            asked=f"what {strategy.name} would have done on {night.served_on}",
            found=f"night {night.night_id} followed {night.strategy} and kept no {', '.join(missing)}",
            do="Ask from a later day on with --since, when nights kept it, or about another strategy.",
        )
    return ranked(
        strategy,
        terms,
        served=np.ones(len(rows), dtype=np.bool_),
        account_id=_words([row["account_id"] for row in rows]),
        debtor_id=_words([row["debtor_id"] for row in rows]),
        work_group=_words([row["client"] for row in rows]),
        currency=_words([row["currency"] for row in rows]),
        basis=np.where(np.isnan(terms["exposure_minor"]), "fee", "loss"),
        worth=night.settings.value.rates.worth,
    )


def recorded_terms(night: RecordedNight) -> dict[str, Numbers]:
    """(accounts,) every term that the night kept of its accounts, or that follows from what it kept; NaN where none."""
    rows = list(night.accounts.values())
    kept = sorted({name for row in rows for name in row["terms"]})
    own = {name: _numbers([row["terms"].get(name) for row in rows]) for name in kept}
    columns = ("balance_minor", "propensity", "p_roll", "value_minor", "expected_minutes")
    told = {name: _numbers([row[name] for row in rows]) for name in columns}
    owed = _numbers([row["past_due_minor"] if row["balance_minor"] is None else row["balance_minor"] for row in rows])
    minute_cost = _numbers(
        [minor(night.settings.for_client(row["client"]).value.minute_cost, row["currency"]) for row in rows]
    )
    cost = told["expected_minutes"] * minute_cost
    gross, rolls = told["value_minor"] + cost, ~np.isnan(told["p_roll"])
    told |= {
        "bucket_rank": _numbers([_RANK_OF.get(row["bucket"], CHARGED_OFF_RANK) for row in rows]),
        "exposure_minor": np.where(rolls, owed, np.nan),
        "amount_minor": np.where(rolls, np.nan, owed),
        "gross_minor": gross,
        "cost_minor": cost,
        "priority_minor": per_minute(gross, told["expected_minutes"], cost),
    }
    return {name: np.full(len(rows), np.nan) for name in SUMMED} | own | told


def _words(values: Sequence[str]) -> Words:
    return np.array(values, dtype=np.str_)


def _numbers(values: Sequence[float | None]) -> Numbers:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
