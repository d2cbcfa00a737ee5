"""Where accounts stand and what is known of them: the half of a score that comes before any model.

From the night that serves, as it stored them, or read anew from current events (`serving.live`). What a champion makes
of a standing is for `serving.scores.answers`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from arrears.buckets import AGEING
from arrears.queues import store
from arrears.queues.item import JudgedAccount, Night
from arrears.queues.value import CHARGED_OFF_RANK


@dataclass(frozen=True)
class Standing:
    """One account on one day.

    `features` are by name, NaN where null; `otherwise` is what answers for a model without a champion: what the night
    recorded, or the rules score; `otherwise_by` names whose answer that is. Both are by `propensity` and `roll`.
    """

    account_id: str
    debtor_id: str
    as_of: date
    bucket: str
    currency: str
    features: Mapping[str, float]
    otherwise: Mapping[str, Any]
    otherwise_by: Mapping[str, str]

    @property
    def rank(self) -> int:
        """Position of the bucket: 0 for CURRENT, 7 for 180+, 8 for charged off."""
        places = [bucket.value for bucket in AGEING]
        return places.index(self.bucket) if self.bucket in places else CHARGED_OFF_RANK


def from_night(connection: Connection, night: Night, account_ids: Sequence[str]) -> list[Standing]:
    """The accounts as the night stored them, in the order asked; those it did not judge are left out."""
    found = {judged.account_id: judged for judged in store.accounts(connection, night.night_id, list(account_ids))}
    return [_standing(night, found[each]) for each in account_ids if each in found]


def _standing(night: Night, judged: JudgedAccount) -> Standing:
    by = night.model_labels(judged.arm_model)
    return Standing(
        account_id=judged.account_id,
        debtor_id=judged.debtor_id,
        as_of=night.as_of,
        bucket=judged.bucket,
        currency=judged.currency,
        features=dict(zip(night.feature_names, judged.features, strict=True)),
        otherwise=judged.reasons,
        otherwise_by={"propensity": by[night.propensity_model], "roll": by[night.roll_rate_model]},
    )
