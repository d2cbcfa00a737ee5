"""What a night leaves behind, as values: the night, the items it served, the accounts it judged.

Every field is a column of `arrears.state.schema` under the same name. Reading and writing belong to `store` and
`record`; what the numbers mean to `value` and the strategies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

from arrears.queues.work_group import work_group
from arrears.state.closed import BY_CLIENT

Json = Mapping[str, Any]
Row = TypeVar("Row")
ScoredBy = Literal["models", "rules"]


@dataclass(frozen=True)
class Term:
    """One number of a strategy's formula, with what it means.

    `unit` is money, money_per_minute, share, minutes, days, rank, number or ranking; money is in minor units.
    """

    name: str
    sentence: str
    unit: str
    value: float | None


@dataclass(frozen=True)
class Night:
    """One run of the nightly pipeline, with all that a replay needs.

    `degraded_because` is None on a good night, else the sentence why rules scored; `loss_factors` is the share of the
    exposure lost, by bucket; `held_by_reason` counts accounts by reason's code, one account under each of its reasons.
    `served_on` is the day it judged and is worked on, `limits_on` the day whose limits of conduct were in force.
    `further_models` are those that were asked and that no night needs, each with its `version`, null where it did not
    answer `because` of something. `grouped_by` is one of `arrears.state.closed.GROUPED_BY`. `experiments` are the parts
    that tests divided it into: of each the test, arm, strategy, debtors and share of the minutes.
    """

    night_id: int
    as_of: date
    cutoff: datetime
    ran_at: datetime
    seconds: float
    state: Literal["served", "superseded"]
    superseded_by: int | None
    code_version: str
    lake_fingerprint: str
    lake_manifest: Json
    settings: Json
    scored_by: ScoredBy
    degraded_because: str | None
    propensity_model: str
    propensity_version: str
    roll_rate_model: str
    roll_rate_version: str
    strategy_name: str
    strategy_version: str
    strategy: Json
    loss_factors: Json
    feature_names: list[str]
    feature_fingerprint: str
    features_absent: Json
    past_due: int
    held: int
    served: int
    held_by_reason: Json
    list_digest: str
    served_on: date
    limits_on: date
    further_models: Json = field(default_factory=dict)
    grouped_by: str = BY_CLIENT
    experiments: Sequence[Json] = ()

    def model_labels(self, arm_model: str | None = None) -> dict[str, str]:
        """The versions that answered, as name/version by name: the night's own, and one arm's in the place of its own.

        Parameters
        ----------
        arm_model : of `JudgedAccount.arm_model`.
        """
        needed = {self.propensity_model: self.propensity_version, self.roll_rate_model: self.roll_rate_version}
        further = {name: told["version"] for name, told in self.further_models.items() if told["version"]}
        own = {name: f"{name}/{version}" for name, version in (needed | further).items()}
        return own if arm_model is None else own | {arm_model.partition("/")[0]: arm_model}

    def model_of(self, experiment: str | None, arm: str | None) -> str | None:
        """The version that answered for an arm in place of the night's own; None where none did."""
        for each in self.experiments:
            if (each["test"], each["arm"]) == (experiment, arm) and not each.get("model_because"):
                found: str | None = each.get("model")
                return found
        return None

    def strategy_of(self, experiment: str | None, arm: str | None) -> Json:
        """The strategy that ranked the items of an arm; that of everybody else where the arm is of no test of it."""
        own = (each["strategy"] for each in self.experiments if (each["test"], each["arm"]) == (experiment, arm))
        return next(own, self.strategy)

    def explain(self, terms: Json, strategy: Json | None = None) -> tuple[Term, ...]:
        """An item's or an account's terms, in the order of the strategy's formula, each with its sentence and unit.

        Parameters
        ----------
        strategy : that ranked it; None: the night's own.
        """
        return tuple(
            Term(name=term["name"], sentence=term["sentence"], unit=term["unit"], value=terms.get(term["name"]))
            for term in (strategy or self.strategy)["terms"]
            if term["name"] in terms
        )


@dataclass(frozen=True)
class Position:
    """How an account stands: shared by items (their lead account's) and judged accounts."""

    bucket: str
    days_past_due: int | None
    past_due_minor: int | None
    balance_minor: int | None
    stop_roll_minor: int | None
    rolls_on: date | None
    currency: str


@dataclass(frozen=True)
class WorkItem(Position):
    """One person and one work group to work, as served.

    `rank` 1 is worked first. `value_minor` and `priority` (per expected minute) are in minor units of `currency`.
    `ways` say whom to reach about which accounts, by what and where, from when to when; `allowed_until` is when the
    last of them closes, None where one has no end. `people` are all whom they reach, the debtor first; they were judged
    through `judged_for` by what was known at `judged_at`.

    On its list (`assigned_to`'s, or the team's) it stands by `raised`, most first, then `place`, least first; nobody
    claims it before `ready_at`, nor anybody `not_for` whom it is. `follows` is the item it came of, `made_by` why.

    `work_group` is the key of what one call may discuss: all of `client`, in one currency, on one side of charge-off.
    """

    work_item_id: int
    night_id: int
    debtor_id: str
    work_group: str
    lane: str
    state: str
    state_since: datetime
    state_because: str | None
    rank: int
    priority: float
    value_minor: float
    expected_minutes: float
    accounts: list[str]
    lead_account_id: str
    propensity: float
    p_roll: float | None
    terms: Json
    reasons: Json
    as_of: date
    scored_by: ScoredBy
    propensity_model: str
    propensity_version: str
    roll_rate_model: str
    roll_rate_version: str
    strategy_name: str
    strategy_version: str
    experiment: str | None
    arm: str | None
    chosen_with_probability: float
    feature_fingerprint: str
    verdict: str
    ways: list[Json]
    allowed_until: datetime | None
    people: list[str]
    judged_for: date
    judged_at: datetime
    place: float
    ready_at: datetime
    language: str | None = None
    region: str | None = None
    product: str | None = None
    territory: str | None = None
    skill: str | None = None
    zone: str | None = None
    owner: str | None = None
    explores: bool = False
    because: str | None = None
    assigned_to: str | None = None
    raised: int = 0
    team_from: datetime | None = None
    not_for: list[str] = field(default_factory=list)
    tries: int = 0
    tried_on: date | None = None
    follows: int | None = None
    made_by: str = "night"
    client: str = ""


@dataclass(frozen=True)
class JudgedAccount(Position):
    """One past-due account as a night judged it, served or held.

    `held_because` lists every hold as `arrears.policy.verdict.Hold` has it; `features` follow the night's
    `feature_names`, NaN where a feature is null. `arm_model` is the name/version that answered in place of the night's
    own, as the debtor's arm of a test asks; None where none did. `experiment` and `arm` are those by which it was
    worked out; None where the debtor is in no test that runs, or in an arm that was ended.
    """

    night_id: int
    account_id: str
    debtor_id: str
    client: str
    charged_off: bool
    verdict: Literal["allowed", "held"]
    held_because: list[Json]
    held_until: datetime | None
    features: list[float]
    scored_by: ScoredBy
    propensity: float
    p_roll: float | None
    reasons: Json
    terms: Json
    value_minor: float
    expected_minutes: float
    priority: float
    arm_model: str | None = None
    experiment: str | None = None
    arm: str | None = None

    @property
    def work_group(self) -> str:
        """The key of the accounts that one call may discuss with it."""
        return work_group(self.client, self.currency, self.charged_off)


@dataclass(frozen=True)
class HeldCount:
    """How many accounts one reason holds; `open_ended` of them have no end that is known."""

    code: str
    sentence: str
    accounts: int
    open_ended: int
    first_until: datetime | None


@dataclass(frozen=True)
class BucketTotal:
    """One bucket of the past-due book in one currency; `past_due_minor` None where the source never says it."""

    bucket: str
    currency: str
    accounts: int
    held: int
    balance_minor: int
    past_due_minor: int | None


@dataclass(frozen=True)
class QueueTotal:
    """One queue (a lane) in one currency: open items and what they hold."""

    lane: str
    currency: str
    ready: int
    balance_minor: int
    value_minor: float
    expected_minutes: float
    next_roll: date | None


@dataclass(frozen=True)
class Page(Generic[Row]):
    """A slice of a longer list; `after` is the cursor of the next page, None on the last."""

    rows: list[Row]
    total: int
    after: str | None
