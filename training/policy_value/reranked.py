"""A recorded night in another strategy's order: the ranking code of the night itself, on the terms that it kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from arrears.buckets import AGEING
from arrears.errors import Refused
from arrears.policy.columns import Numbers, Words
from arrears.queues.added import Added, nothing_told
from arrears.queues.rank import SUMMED, Ranking, ranked
from arrears.queues.strategy import Strategy
from arrears.queues.value import CHARGED_OFF_RANK, per_minute
from features.terms import minor
from models.artifact import Artifact
from models.uplift import added
from training.policy_value.choices import Floats
from training.policy_value.nights import RecordedNight

_RANK_OF = {str(bucket): place for place, bucket in enumerate(AGEING)}


def chances_under(night: RecordedNight, strategy: Strategy, uplift: Artifact | None = None) -> Floats:
    """(items,) the chance of each recorded item to be worked that day, had a strategy ordered the list.

    The same minutes are worked, the same shares are left to the day's lots, and nobody is held out. Items about which
    no lot may decide keep the chance they had.

    Parameters
    ----------
    uplift : as in `terms_under`.

    Raises
    ------
    Refused : the night kept no term by which the strategy sorts.
    """
    ranking = ranking_under(night, strategy, uplift)
    free = np.flatnonzero(night.items.by_choice).tolist()
    item_of = {account: item for item in free for account in night.items.accounts[item]}
    names = list(night.accounts)
    told = [(place, item_of.get(names[lead])) for place, lead in enumerate(ranking.lead.tolist())]
    places, items = zip(*((place, item) for place, item in told if item is not None), strict=True)
    order = np.array(items, dtype=np.int64)
    lot = night.lot(night.items.debtor_id[order], ranking.terms["expected_minutes"][list(places)])
    chance = night.items.probability.copy()
    chance[order] = lot.probability
    return chance


def ranking_under(night: RecordedNight, strategy: Strategy, uplift: Artifact | None = None) -> Ranking:
    """The night's items in a strategy's order; rows are places in `night.accounts`.

    Parameters
    ----------
    uplift : as in `terms_under`.

    Raises
    ------
    Refused : the night kept no term by which the strategy sorts.
    """
    rows = list(night.accounts.values())
    terms = terms_under(night, strategy, uplift)
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
        work_group=_words([row["work_group"] for row in rows]),
        currency=_words([row["currency"] for row in rows]),
        basis=np.where(np.isnan(terms["exposure_minor"]), "fee", "loss"),
        worth=night.settings.value.rates.worth,
    )


def terms_under(night: RecordedNight, strategy: Strategy, uplift: Artifact | None = None) -> dict[str, Numbers]:
    """(accounts,) the terms by which a strategy would have ordered the night's accounts.

    Parameters
    ----------
    uplift : what tells what a call adds where the strategy asks for it and the night kept no answer; None: nothing
        does, and value at risk stands.
    """
    terms = recorded_terms(night)
    if strategy.reads_effect and night.keeps_effect:
        return terms
    adds = (
        _added(night, terms, uplift)
        if strategy.reads_effect and uplift is not None
        else nothing_told(len(night.accounts))
    )
    gross = adds.worth(terms["stake_minor"], terms["at_risk_minor"])
    return terms | adds.terms(terms["stake_minor"]) | _valued(gross, terms["expected_minutes"], terms["cost_minor"])


def _added(night: RecordedNight, terms: Mapping[str, Numbers], uplift: Artifact) -> Added:
    rows = list(night.accounts.values())
    if not set(uplift.features) <= set(night.feature_names):  # such a night would not have asked it
        return nothing_told(len(rows))
    features = np.array([row["features"] for row in rows], dtype=np.float64).reshape(len(rows), -1)
    columns = {name: features[:, place] for place, name in enumerate(night.feature_names)}
    return added(
        uplift,
        uplift.matrix(columns, len(rows)),
        client=_words([row["client"] for row in rows]),
        currency=_words([row["currency"] for row in rows]),
        can_roll=~np.isnan(terms["p_roll"]),
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
        "cost_minor": cost,
        **_valued(gross, told["expected_minutes"], cost),
    }
    at_risk = own.get("at_risk_minor", gross)
    stake = own.get("stake_minor", _stake(night, rows, told, at_risk, owed))
    worth = {"at_risk_minor": at_risk, "stake_minor": stake}
    return {name: np.full(len(rows), np.nan) for name in SUMMED} | own | told | worth


def _stake(
    night: RecordedNight,
    rows: Sequence[Mapping[str, Any]],
    told: Mapping[str, Numbers],
    at_risk: Numbers,
    owed: Numbers,
) -> Numbers:
    """What the whole of an added share is worth, as it follows from the formula of value at risk (`value.terms`)."""
    of_client = [night.settings.for_client(row["client"]).value for row in rows]
    attempt, talk, fee = (
        _numbers([getattr(each, name) for each in of_client])
        for name in ("attempt_minutes", "talk_minutes", "fee_share")
    )
    contact = np.divide(told["expected_minutes"] - attempt, talk, out=np.zeros(len(rows)), where=talk > 0)
    avoidable = told["p_roll"] * contact
    saved = np.divide(at_risk, avoidable, out=np.zeros(len(rows)), where=avoidable > 0)
    return np.where(np.isnan(told["p_roll"]), owed * fee, saved)


def _valued(gross: Numbers, minutes: Numbers, cost: Numbers) -> dict[str, Numbers]:
    return {"gross_minor": gross, "value_minor": gross - cost, "priority_minor": per_minute(gross, minutes, cost)}


def _words(values: Sequence[str]) -> Words:
    return np.array(values, dtype=np.str_)


def _numbers(values: Sequence[float | None]) -> Numbers:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
