"""The plan of a test, written before anything is known of its end: arms, shares, cohort, metrics, looks and stop rule.

A design is a TOML file that never changes once its test has started. Other shares are another design (`succession`).
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from arrears.errors import BadInput, Refused
from arrears.experiments.arm_models import faults_of
from arrears.experiments.asked_of_new import ON_RECORD, is_new
from arrears.experiments.cohort import Cohort
from arrears.experiments.design_parts import (
    Arm,
    Covariate,
    Exclusion,
    Guardrail,
    Name,
    Part,
    Plain,
    Primary,
    Sentence,
    Stop,
    known,
    scale_of,
)
from arrears.experiments.lots import STEPS
from arrears.experiments.metrics import METRICS
from arrears.experiments.moments import Column
from arrears.experiments.schedule import Enrolment, Watch
from arrears.plain_faults import plain_faults

MOST_VERSIONS = 2**31 - 1
"""The largest whole number in which the database keeps a version."""

_NEAR = 1e-6


class Design(Part):
    """One version of one test.

    Examples
    --------
    >>> from arrears.experiments.example import EXAMPLE
    >>> design = read_design(EXAMPLE)
    >>> design.label, [arm.name for arm in design.challengers]
    ('earlier_calls/1', ['challenger'])
    """

    name: Name
    version: int = Field(default=1, ge=1, le=MOST_VERSIONS)
    predecessor: int | None = Field(default=None, ge=1, le=MOST_VERSIONS)
    sentence: Sentence
    salt: Plain
    unit: Literal["debtor"] = "debtor"
    household_together: bool = True
    staff: Literal["shared", "separate"] = "shared"
    between_collectors: float = Field(default=0.02, ge=0, lt=1)
    """Share of the variance of the primary metric that lies between collectors, as the plan of a test takes it to be
    whose arms have staff of their own."""
    strata: tuple[Literal["bucket", "balance_band", "entry"], ...] = ()
    arms: tuple[Arm, ...] = Field(min_length=2)
    cohort: Cohort
    exclusion: Exclusion | None = None
    enrolment: Enrolment
    primary: Primary
    secondary: tuple[str, ...] = ()
    covariates: tuple[Covariate, ...] = ()
    guardrails: tuple[Guardrail, ...] = ()
    stop: Stop = Stop()

    @field_validator("secondary")
    @classmethod
    def _exist(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(known(name) for name in names)

    @field_validator("arms")
    @classmethod
    def _share_out_everybody(cls, arms: tuple[Arm, ...], info: ValidationInfo) -> tuple[Arm, ...]:
        names = [arm.name for arm in arms]
        twice = sorted({name for name in names if names.count(name) > 1})
        champions = [arm.name for arm in arms if arm.role == "champion"]
        told = ", ".join(f"{arm.name} {arm.share:g}" for arm in arms)
        uneven = [arm.name for arm in arms if abs(arm.share * STEPS - arm.steps) > _NEAR or not arm.steps]
        faults = [
            (twice, f"two arms are named {', '.join(twice)}"),
            (len(champions) != 1, f"{len(champions)} of {len(arms)} arms are the champion: one is"),
            (uneven, f"a share is a whole number of ten-thousandths above 0, and that of {', '.join(uneven)} is not"),
            (
                sum(arm.steps for arm in arms) != STEPS,
                f"shares sum to {sum(arm.share for arm in arms):g}, not 1 ({told})",
            ),
        ]
        models = faults_of([arm.model for arm in arms]) if is_new(info) else []
        _refuse([said for broken, said in faults if broken] + models)
        return arms

    @model_validator(mode="after")
    def _is_of_one_piece(self) -> Design:
        measured = [guardrail.name for guardrail in self.guardrails]
        told = (self.primary.metric, *self.secondary)
        columns = [covariate.name for covariate in self.covariates]
        low, high = self.slots
        faults = [
            (len(set(measured)) < len(measured), f"a guardrail is named twice in {', '.join(measured)}"),
            (len(set(told)) < len(told), f"a metric is named twice in {', '.join(told)}"),
            (len(set(columns)) < len(columns), f"a covariate is named twice in {', '.join(columns)}"),
            (low >= high, f"slots from {low} up to {high} of {STEPS} hold nobody"),
            (
                "balance_band" in self.strata and not self.cohort.balance_bands_minor,
                "strata by balance_band, and no bands",
            ),
            (
                self.predecessor is not None and self.predecessor >= self.version,
                f"version {self.version} cannot follow version {self.predecessor}",
            ),
            (
                self.predecessor is not None and self.staff == "separate",
                "arms with staff of their own, and a version to follow: a collector stays with an arm",
            ),
        ]
        _refuse([said for broken, said in faults if broken])
        return self

    @property
    def label(self) -> str:
        """Name and version, as records keep them."""
        return f"{self.name}/{self.version}"

    @property
    def champion(self) -> Arm:
        """The arm in force."""
        return next(arm for arm in self.arms if arm.role == "champion")

    @property
    def challengers(self) -> tuple[Arm, ...]:
        """The arms under test."""
        return tuple(arm for arm in self.arms if arm.role == "challenger")

    @property
    def watch(self) -> Watch:
        """How long debtors are watched for what decides; further metrics are measured with it, so it waits for all.

        Examples
        --------
        >>> from arrears.experiments.example import EXAMPLE
        >>> read_design(EXAMPLE).watch
        Watch(horizon_days=30, settlement_days=5, at_cycle_end=False)
        """
        at_cycle_end = any(METRICS[name].at_cycle_end for name in (self.primary.metric, *self.secondary))
        return Watch(self.primary.horizon_days, self.primary.settlement_days, at_cycle_end)

    @property
    def slots(self) -> tuple[int, int]:
        """The slots of the group whose debtors may take part: from, up to and without."""
        own = self.exclusion or Exclusion(group=self.name)
        return round(own.low * STEPS), round(own.high * STEPS)

    @property
    def group(self) -> str:
        """What salts the slots: the exclusion group, or the design's own name."""
        return self.exclusion.group if self.exclusion else self.name

    @property
    def fingerprint(self) -> str:
        """Sixteen characters that differ for any other design.

        Examples
        --------
        >>> from arrears.experiments.example import EXAMPLE
        >>> read_design(EXAMPLE).fingerprint == read_design(EXAMPLE + "# a remark").fingerprint
        True
        """
        text = json.dumps(self.document(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def columns(self) -> tuple[Column, ...]:
        """What the reader measures of each matured debtor: for the metrics that are no guardrails, and covariates."""
        names = [name for metric in (self.primary.metric, *self.secondary) for name in METRICS[metric].columns]
        capped = METRICS[self.primary.metric].columns
        cap = None if self.primary.cap_minor is None else float(self.primary.cap_minor)
        measured = (Column(name, scale_of(name), cap if name in capped else None) for name in dict.fromkeys(names))
        return (*measured, *(Column(each.name, each.scale) for each in self.covariates if each.name not in names))

    def document(self) -> dict[str, Any]:
        """The whole design, as a record keeps it; `design_of` reads it back."""
        return self.model_dump(mode="json")


def read_design(text: str, *, where: str = "the design", on_record: bool = False) -> Design:
    """The design in a TOML text.

    Parameters
    ----------
    on_record : as of `design_of`.

    Raises
    ------
    BadInput : no TOML, or something in it that cannot be a test, with the numbers.
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise BadInput(asked=f"read {where}", found=f"no TOML: {problem}", do="Mend that line.") from problem
    if not told:
        needed = ", ".join(name for name, field in Design.model_fields.items() if field.is_required())
        raise BadInput(asked=f"read {where}", found="nothing is written there", do=f"Write a design: {needed}.")
    return design_of(told, where=where, on_record=on_record)


def read_design_file(path: Path) -> Design:
    """The design in a TOML file.

    Raises
    ------
    BadInput : as `read_design`, or no such file.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        found = problem.strerror if isinstance(problem, OSError) else "no text in UTF-8"
        raise BadInput(asked=f"read {path}", found=found or str(problem), do="Name a TOML file in UTF-8.") from problem
    return read_design(text, where=str(path))


def design_of(document: Mapping[str, Any], *, where: str = "the design", on_record: bool = False) -> Design:
    """The design in a document: a file's, or one that was recorded.

    Parameters
    ----------
    on_record : it was taken once, so that what is asked of new designs alone is not asked of it again.

    Raises
    ------
    BadInput : something in it cannot be a test, with the numbers.
    """
    try:
        return Design.model_validate(document, context=ON_RECORD if on_record else None)
    except ValidationError as problem:
        faults = "; ".join(plain_faults(problem, Design))
        raise BadInput(asked=f"plan the test in {where}", found=faults, do="Mend the fields named.") from problem


def refuse_outdated(design: Design) -> None:
    """Let nothing be planned or started that no new design may say, though it was taken by an earlier version.

    Raises
    ------
    BadInput : something in it is beyond what is asked of new designs.

    Examples
    --------
    >>> from arrears.experiments.example import EXAMPLE
    >>> refuse_outdated(read_design(EXAMPLE))
    """
    design_of(design.document(), where=design.label)


def refuse_edit(started: Design, edited: Design) -> None:
    """Let a started design be read again and nothing else.

    Raises
    ------
    Refused : the same name and version says something else, with the fields that differ.

    Examples
    --------
    >>> from arrears.experiments.example import EXAMPLE
    >>> refuse_edit(read_design(EXAMPLE), read_design(EXAMPLE))
    """
    own, other = started.document(), edited.document()
    differ = sorted(field for field in own if own[field] != other[field])
    if started.label == edited.label and differ:
        raise Refused(
            asked=f"change the design {started.label}",
            found=f"it has started, and {', '.join(differ)} would change",
            do="Stop it, or plan a successor, whose earlier debtors keep their arm.",
        )


def _refuse(faults: list[str]) -> None:
    if faults:
        raise ValueError("; ".join(faults))
