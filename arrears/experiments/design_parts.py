"""The parts of a design: arms, who is left to other tests, what decides, what must not get worse, and how it ends."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from arrears.experiments.asked_of_new import between, is_new, of_length
from arrears.experiments.lots import STEPS
from arrears.experiments.metrics import METRICS
from arrears.experiments.moments import Column
from arrears.experiments.schedule import Watch
from arrears.experiments.spending import Spending

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Plain = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f]+$", max_length=200)]
Sentence = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$"), of_length(0, 1000)]
MOST_MINOR = 2**53
"""Minor units beyond which a float does not tell one from the next."""

LEAST_EFFECT_MINOR = 0.001
LEAST_ERROR = 1e-4
"""Nobody needs to be surer; bounds far in a normal's tail are not reckoned well."""

Share = Annotated[float, Field(ge=0, le=1)]
Error = Annotated[float, Field(gt=0, lt=0.5), between(LEAST_ERROR, 0.5)]


class Part(BaseModel):
    """A piece of a design: it never changes, and knows all of its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Arm(Part):
    """One way of working that is compared: a strategy's version or a model's, and the share of debtors it gets."""

    name: Name
    role: Literal["champion", "challenger"]
    share: Share
    strategy: Plain | None = None
    model: Plain | None = None

    @model_validator(mode="after")
    def _follows_one_thing(self) -> Arm:
        if (self.strategy is None) == (self.model is None):
            message = f"the arm {self.name} names {'no' if self.strategy is None else 'both a'} strategy and model: one"
            raise ValueError(message)
        return self

    @property
    def steps(self) -> int:
        """Its share, in steps of a lot."""
        return round(self.share * STEPS)


class Exclusion(Part):
    """Tests of one group share out its debtors: this one takes those whose slot lies from `low` up to `high`."""

    group: Plain
    low: Share = 0.0
    high: Share = 1.0

    def keeps_apart(self, other: Exclusion) -> bool:
        """Whether no debtor can be in both."""
        return self.group == other.group and (self.high <= other.low or other.high <= self.low)


class Primary(Part):
    """What decides the test, per assigned debtor, and the least of it that is worth finding.

    `cap_minor` is fixed here, before the test: a debtor's amount beyond it counts as it.
    """

    metric: str
    horizon_days: int = Field(ge=1, le=366)
    settlement_days: int = Field(ge=0, le=90)
    cap_minor: Annotated[int, Field(gt=0), between(1, MOST_MINOR)] | None = None
    smallest_effect_minor: Annotated[float, Field(gt=0), between(LEAST_EFFECT_MINOR, MOST_MINOR)]

    @field_validator("metric")
    @classmethod
    def _may_decide(cls, name: str) -> str:
        known = [each.name for each in METRICS.values() if each.primary]
        if name not in known:
            message = f"{name} may not decide a test; there are {', '.join(known)}"
            raise ValueError(message)
        return name


class Protected(Part):
    """Whose treatment is compared with everybody else's: a group of an attribute in the table `protected`."""

    attribute: Plain
    group: Plain


class Guardrail(Part):
    """What must not get worse by more than a margin, in the metric's own unit per assigned debtor."""

    metric: str
    margin: float = Field(gt=0)
    horizon_days: int = Field(ge=1, le=366)
    settlement_days: int = Field(default=0, ge=0, le=90)
    protected: Protected | None = None

    @field_validator("metric")
    @classmethod
    def _exists(cls, name: str) -> str:
        return known(name)

    @model_validator(mode="after")
    def _names_a_group_where_it_needs_one(self, info: ValidationInfo) -> Guardrail:
        if is_new(info) and METRICS[self.metric].of_a_group != (self.protected is not None):
            needs = (
                "compares a protected group with all others: name it as protected"
                if self.protected is None
                else (
                    f"knows no groups: only {', '.join(each.name for each in METRICS.values() if each.of_a_group)} does"
                )
            )
            message = f"{self.metric} {needs}"
            raise ValueError(message)
        return self

    @property
    def name(self) -> str:
        """The metric, and whose gap it is: a test may guard the gaps of several groups.

        Examples
        --------
        >>> whose = Protected(attribute="sex", group="female")
        >>> Guardrail(metric="fairness_gap", margin=0.2, horizon_days=7, protected=whose).name
        'fairness_gap of sex female'
        """
        whose = self.protected
        return self.metric if whose is None else f"{self.metric} of {whose.attribute} {whose.group}"

    @property
    def watch(self) -> Watch:
        """How long debtors are watched for it."""
        return Watch(self.horizon_days, self.settlement_days, METRICS[self.metric].at_cycle_end)

    @property
    def columns(self) -> tuple[Column, ...]:
        """What the reader measures of each debtor for it.

        Examples
        --------
        >>> [column.name for column in Guardrail(metric="complaints", margin=0.01, horizon_days=7).columns]
        ['complaints']
        """
        return tuple(Column(name, scale_of(name)) for name in METRICS[self.metric].columns)


class Covariate(Part):
    """A column from before a debtor was assigned; `scale` steps make one unit of it."""

    name: Name
    scale: int = Field(default=1, ge=1)


class Stop(Part):
    """The rule by which the test ends.

    `spending` spreads the error of promoting, which can wait for most of the debtors, and `harm` that of stopping for
    harm, which should not.
    """

    spending: Spending = "obrien_fleming"
    harm: Spending = "pocock"
    alpha: Error = 0.05
    power: Annotated[float, Field(gt=0.5, lt=1), between(0.5, 1 - LEAST_ERROR)] = 0.8
    guardrail_alpha: Error = 0.05


def known(name: str) -> str:
    """The name, if it is a metric's.

    Raises
    ------
    ValueError : it is none, with those there are.
    """
    if name not in METRICS:
        message = f"{name} is no metric; there are {', '.join(METRICS)}"
        raise ValueError(message)
    return name


def scale_of(name: str) -> int:
    """Steps in which a metric's column is kept: minutes by thousandths, money and counts whole.

    Examples
    --------
    >>> scale_of("minutes"), scale_of("contacts")
    (1000, 1)
    """
    return 1000 if name == "minutes" else 1
