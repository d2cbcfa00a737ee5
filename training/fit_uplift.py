"""Uplift: what a place on the list adds, learned from recorded nights; each segment by the ranking that its log proves.

Rankings are judged on rows of debtors that none of their models saw, and only then is the winner fitted on all rows.
Where nothing is proved value at risk stands, and where no segment proves uplift the version is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from arrears.lake import Lake
from models.lawful import approvals_of, unlawful
from models.uplift import FEE, LOSS, UPLIFT
from training.policy_value.choices import Flags
from training.policy_value.nights import RecordedNight
from training.progress import QUIET, Progress
from training.trained import Trained, TrainRequest
from training.uplift.logged import Logged, logged
from training.uplift.saved import put_to_scale
from training.uplift.segment import Chosen, chosen_for
from training.uplift.selector import LEVEL
from training.verdict import Check, verdict


def fit(lake: Lake, request: TrainRequest, nights: Iterable[RecordedNight], *, progress: Progress = QUIET) -> Trained:
    """Learn what a place on the list adds.

    Parameters
    ----------
    request : its days bound those on which lists were worked; its horizon is that of the cash.
    nights : as `policy_value.nights.recorded_nights` gives them.

    Raises
    ------
    Refused : no night tells anything, with the reason.
    """
    horizon = request.horizon_days or UPLIFT.horizon_days
    progress.expect(1)
    progress.step("reading the nights")
    last = request.to or date.max
    asked = (night for night in nights if (request.from_ or date.min) <= night.served_on <= last)
    log = logged(asked, lake, horizon_days=horizon, known_through=request.training_day)
    left_out = _left_out(lake, log, request.without)
    kept = [place for place, name in enumerate(log.names) if name not in left_out]
    names = tuple(log.names[place] for place in kept)
    segments = _segments(log)
    progress.expect(len(segments))
    level = LEVEL / len(segments)  # of a book in which no call adds anything one version in twenty may prove something
    found = []
    for place, (client, basis, currency, rows) in enumerate(segments):
        progress.step(f"segment {place + 1} of {len(segments)}")
        own = log.only(rows, kept)
        name = f"segment_{place + 1}"
        found.append(chosen_for(name, client, basis, currency, own, names, capacity=log.capacity, level=level))
    return _trained(log, names, left_out, found, horizon, request)


def _segments(log: Logged) -> list[tuple[str, str, str, Flags]]:
    """Client, basis and currency of every segment, with its rows."""
    basis = np.where(log.can_roll, LOSS, FEE)
    keys = sorted(set(zip(log.client.tolist(), basis.tolist(), log.currency.tolist(), strict=True)))
    return [(*key, (log.client == key[0]) & (basis == key[1]) & (log.currency == key[2])) for key in keys]


def _left_out(lake: Lake, log: Logged, without: Iterable[str]) -> dict[str, str]:
    """Features that are not learned from, and why."""
    found = dict.fromkeys(without, "left out on request") | unlawful(log.names, approvals_of(lake))
    for name, column in zip(log.names, log.features.T, strict=True):
        known = column[~np.isnan(column)]
        if not len(known) or (len(known) == len(column) and np.ptp(known) == 0):
            found.setdefault(name, "the same in every row")
    return found


def _trained(
    log: Logged,
    names: tuple[str, ...],
    left_out: dict[str, str],
    found: list[Chosen],
    horizon: int,
    request: TrainRequest,
) -> Trained:
    decided = verdict([_identified(found)])
    selection = put_to_scale([each.document for each in found])
    return Trained(
        spec=replace(UPLIFT, horizon_days=horizon),
        features=names,
        parts=[part for each in found for part in each.parts],
        verdict=decided,
        metrics={
            "rows": float(len(log)),
            "debtors": float(len(np.unique(log.debtor))),
            "days": float(len(log.days)),
            "share_on_the_list": log.capacity,
            "segments": float(len(found)),
            "segments_by_uplift": float(sum(each.is_uplift for each in found)),
        },
        report={**selection, "left_out_features": left_out, "left_out_rows": log.left_out},
        sections={
            "selection": selection,
            "training": {
                "training_day": str(request.training_day),
                "trained_on": [str(log.days[0]), str(log.days[-1])],
                "outcomes_through": str(log.days[-1] + timedelta(days=horizon - 1)),
                "rows": len(log),
                **decided.document(),
            },
        },
    )


def _identified(found: list[Chosen]) -> Check:
    """Whether the log proves anywhere what a call adds."""
    proved = [each for each in found if each.is_uplift]
    told = " ".join(f"{each.said}: {each.document['because']}" for each in (proved or found))
    if proved:
        sentence = f"In {len(proved)} of {len(found)} segments the log proves what a call adds. {told}"
    else:
        sentence = f"No effect identified: value at risk stands. {told}"
    numbers = {"segments": float(len(found)), "segments_by_uplift": float(len(proved))}
    return Check("effect_identified", bool(proved), sentence, numbers)
