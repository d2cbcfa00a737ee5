"""Models in the shadow: each night they score the same book as the champions, are written down, and change nothing.

Whatever goes wrong with one is written down, or told in the log, and never fails the night.
"""

from __future__ import annotations

import logging

import numpy as np
from sqlalchemy import Engine

from arrears.policy.columns import Numbers
from models import shadow_log
from models.lawful import approvals_of
from models.registry import SHADOW, Registry
from serving.night.built import Built
from serving.scores.champion import version_on
from serving.scores.scoring import PROPENSITY, Champion, Scores, answers_of, fitting

_log = logging.getLogger(__name__)


def score_in_the_shadow(engine: Engine, registry: Registry, built: Built, night_id: int) -> list[str]:
    """Score a written night's book by the version that the alias `shadow` of each model names, and keep the answers.

    Returns
    -------
    list[str] : the versions that scored, as `propensity/4`.
    """
    scored = []
    for name in shadow_log.SHADOWED:
        try:
            version = registry.alias(name, SHADOW)
            if version is None:
                continue
            shadow = version_on(registry, name, version, built.book.as_of, approvals_of(built.lake))
            if _keep(engine, built, night_id, version, shadow):
                scored.append(f"{name}/{version}")
        except Exception as problem:  # noqa: BLE001 - nobody acts on it, so nobody is kept waiting by it
            _log.warning("shadow.failed model=%s night=%d error=%s", name, night_id, type(problem).__name__)
    return scored


def _keep(engine: Engine, built: Built, night_id: int, version: str, shadow: Champion) -> bool:
    name, acted_on = shadow.name, _acted_on(built.by_champion, shadow.name)
    told = {"model": name, "version": version, "champion": acted_on.version}
    answer, because = _answered(built, fitting(shadow, built.book.names))
    with engine.begin() as connection:
        if answer is None:
            shadow_log.keep_failure(connection, night_id, **told, because=because or "")
            return False
        beside = built.by_champion.propensity if name == PROPENSITY else built.by_champion.p_roll
        known = np.flatnonzero(~np.isnan(answer) & ~np.isnan(beside))
        shadow_log.keep(
            connection,
            night_id,
            **told,
            account_id=built.book.account_id[known].tolist(),
            answer=answer[known],
            champion_answer=beside[known],
        )
    return True


def _acted_on(scores: Scores, name: str) -> Champion:
    return scores.propensity_by if name == PROPENSITY else scores.roll_rate_by


def _answered(built: Built, shadow: Champion) -> tuple[Numbers | None, str | None]:
    if shadow.loaded is None:
        return None, shadow.because
    try:
        return answers_of(built.book, shadow), None
    except Exception as problem:  # noqa: BLE001 - a version that nobody trusts yet may break in any way
        return None, f"{shadow.label} could not score the book ({type(problem).__name__})."
