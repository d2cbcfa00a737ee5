"""`arrears experiment`: tests of a strategy or a model against the one in force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from commands.context import AsJson, LakeDir, emit, places

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from arrears.experiments.design import Design
    from arrears.experiments.power import Spread
    from arrears.lake import Lake

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Tests against the strategy or model in force.")

_BACK = 28
"""Days over which newcomers to a cohort are counted: whole weeks, and about one billing cycle."""

_SETTLING = 20
"""Days within which any book's payments have settled."""


@app.callback()
def _root() -> None:
    """Tests against the strategy or model in force."""


@app.command()
def plan(
    design: Annotated[Path, typer.Argument(help="The test's design, a TOML file.", metavar="DESIGN")],
    *,
    lake: LakeDir = None,
    json: AsJson = False,
) -> None:
    """What a design can find: debtors, weeks, looks and the smallest effect in money, from the book's own spread."""
    from arrears.experiments.design import read_design_file
    from arrears.lake import Lake

    read = read_design_file(design)
    document = plan_document(read, Lake(places(lake=lake).lake))
    emit(document, as_json=json, human=lambda console: _draw(document, console))


def plan_document(design: Design, lake: Lake) -> dict[str, Any]:
    """The plan as JSON.

    Raises
    ------
    WrongUse : nothing is loaded, the book is too short, or its metric cannot be told from payments.
    """
    from arrears.experiments.looks import planned_looks
    from arrears.experiments.power import planned

    day, spread = past_spread(design, lake)
    found = planned(design, spread)
    looks = [{"number": each.number, "on": each.on, "may_promote": each.may_promote} for each in planned_looks(design)]
    return {
        "design": design.label,
        "fingerprint": design.fingerprint,
        "currency": design.cohort.currency,
        "learned_on": day,
        "spread": {**vars(spread), "cv": spread.cv},
        "plan": found.document(),
        "looks": looks,
        "enrols": design.enrolment.debtors,
        "worth_finding_minor": design.primary.smallest_effect_minor,
        "enough": found.power >= design.stop.power,
    }


def past_spread(design: Design, lake: Lake) -> tuple[date, Spread]:
    """Net cash per debtor of the cohort on the latest day whose horizon is over and settled, and that day.

    Raises
    ------
    WrongUse : nothing is loaded, the book is too short, or its metric cannot be told from payments.
    """
    import numpy as np

    from arrears.errors import WrongUse
    from arrears.experiments.power import spread_of
    from training.policy_value.cash import STAND, cash_after

    asked = f"plan {design.label} from {lake.root}"
    if not lake.exists() or lake.last_day is None:
        raise WrongUse(asked=asked, found="nothing loaded", do="Run: arrears load demo")
    if design.primary.metric != "net_cash":
        raise WrongUse(asked=asked, found=f"{design.primary.metric} is not read from payments", do="Plan by net_cash.")
    day = lake.last_day - timedelta(days=design.primary.horizon_days + _SETTLING)
    rows, debtor, known = _cohort(design, lake, day)
    if len(known) < 2:  # noqa: PLR2004 - one debtor has no spread
        raise WrongUse(asked=asked, found=f"{len(known)} debtors of the cohort on {day}", do="Widen the cohort.")
    first = day + timedelta(days=1)
    stands = list(zip(*(rows[name] for name in STAND), strict=True))
    cash = cash_after(lake, {first: stands}, design.primary.horizon_days)
    paid = np.array([cash.get((first, account), 0) for account in rows["account_id"]], dtype=np.float64)
    per_debtor = np.bincount(debtor, weights=paid)
    entered = known - _cohort(design, lake, day - timedelta(days=_BACK))[2]
    return day, spread_of(
        per_debtor.tolist(),
        cap=design.primary.cap_minor,
        stock=len(known),
        per_week=7 * len(entered) / _BACK,
    )


def _cohort(design: Design, lake: Lake, day: date) -> tuple[dict[str, list[Any]], NDArray[np.int64], set[str]]:
    """The accounts of the debtors that the cohort holds on a day, which debtor each is of, and the debtors.

    A debtor stands in the latest bucket of its accounts in the test's currency, and owes their balances together.
    """
    import numpy as np

    from features.delinquency import positions_plan
    from features.snapshots import on_days

    with lake.connect() as con:
        on_days(con, lake.settings, [day])
        found = positions_plan(lake.present, lake.settings).run(con)
    frame = found.select(["account_id", "debtor_id", "client", "currency", "bucket", "balance_minor"]).to_pandas()
    frame = frame[(frame["currency"] == design.cohort.currency) & frame["bucket"].notna()]
    frame["client"] = frame["client"].astype(object).where(frame["client"].notna(), None)  # a null is no number
    rank = {str(bucket): place for place, bucket in enumerate(_buckets())}
    frame = frame.assign(rank=frame["bucket"].map(rank).fillna(-1)).sort_values(["debtor_id", "rank", "account_id"])
    debtors = frame.groupby("debtor_id", sort=True).agg(
        currency=("currency", "last"),
        bucket=("bucket", "last"),
        client=("client", lambda own: own.iloc[-1] or ""),
        balance_minor=("balance_minor", "sum"),
    )
    # Whoever is there already is what a test would find: which of them are new to the cohort is told by an earlier day.
    entry = design.cohort.entry if design.cohort.entry != "both" else "stock"
    holds = design.cohort.holds(entry=[entry] * len(debtors), **{name: debtors[name] for name in debtors.columns})
    known = set(debtors.index[holds])
    kept = frame[frame["debtor_id"].isin(known)]
    _, codes = np.unique(kept["debtor_id"].to_numpy(dtype=str), return_inverse=True)
    return {name: kept[name].tolist() for name in frame.columns}, codes.astype(np.int64), known


def _buckets() -> tuple[str, ...]:
    from arrears.buckets import AGEING, Bucket

    return (*map(str, AGEING), str(Bucket.CHARGED_OFF))


def _draw(document: Mapping[str, Any], console: Console) -> None:
    from arrears.money import say_money

    def money(minor: float) -> str:
        return say_money(round(minor), document["currency"])

    found, spread = document["plan"], document["spread"]
    console.print(f"[bold]{document['design']}[/bold], by what came in after {document['learned_on']}")
    console.print(
        f"A debtor pays {money(spread['mean'])} on average (spread {spread['cv']:.2f} times that); the cohort has "
        f"{spread['stock']:,} debtors and {spread['per_week']:,.0f} more a week."
    )
    console.print(
        f"{money(document['worth_finding_minor'])} more per debtor takes {found['debtors']:,} debtors"
        + (f" and {found['weeks']} weeks" if found["weeks"] else ", more than ever come in")
        + f" (one look at the end: {found['fixed_debtors']:,})."
    )
    console.print(
        f"The design enrols {document['enrols']:,}: its power is {found['power']:.2f}, and it finds "
        f"{money(found['finds_minor'])} per debtor ({found['finds_share']:.1%}), {money(found['finds_total_minor'])} a "
        f"month. It ends at {found['mean_stop']:.0%} of its debtors on average, after {found['days']} days at most."
    )
    if not document["enough"]:
        console.print("[bold]Too few debtors for the effect that it looks for.[/bold]")
    table = Table("more per debtor", "power", "ends at", title="Power")
    for effect, power, stop in found["curve"][::4]:
        table.add_row(money(effect), f"{power:.2f}", f"{stop:.0%}")
    console.print(table)
    looks = document["looks"]
    promotes = next((look for look in looks if look["may_promote"]), looks[-1])
    console.print(
        f"{len(looks)} looks, weekly from {looks[0]['on']} to {looks[-1]['on']}; "
        f"from {promotes['on']} they may promote."
    )
