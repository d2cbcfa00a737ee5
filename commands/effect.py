"""`arrears effect`: what a past threshold did to the cash, and every reason found not to believe it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from commands.context import AsJson, Database, Day, LakeDir, emit, places, progress_console

if TYPE_CHECKING:
    from arrears.lake import Lake
    from arrears.places import Places
    from training.effect.checks import Checked
    from training.effect.discontinuity import Jump
    from training.effect.judge import Effect
    from training.effect.rows import NightNumbers, Question

app = typer.Typer(add_completion=False)


@app.command()
def command(
    threshold: Annotated[
        str, typer.Option("--threshold", help='What decided, like "balance>=5000" or "rank<=300".', metavar="RULE")
    ],
    as_of: Day,
    *,
    horizon: Annotated[
        int | None, typer.Option("--horizon", help="Days of cash; by default the propensity label's.", min=1)
    ] = None,
    worked_within: Annotated[
        int | None,
        typer.Option("--worked-within", help="It only changed the chance of a contact within so many days: 7, 30, 90."),
    ] = None,
    bucket: Annotated[list[str] | None, typer.Option("--bucket", help="Only accounts in it; may be repeated.")] = None,
    covariate: Annotated[
        list[str] | None, typer.Option("--covariate", help="A feature that should not jump; may be repeated.")
    ] = None,
    currency: Annotated[str | None, typer.Option(help="Only accounts in this currency.", metavar="CODE")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="An .svg file for the picture.")] = None,
    lake: LakeDir = None,
    database: Database = None,
    json: AsJson = False,
) -> None:
    """What a past threshold did to the cash of those it treated, told by those just short of it."""
    from arrears.errors import WrongUse
    from arrears.lake import Lake
    from training.effect.judge import judge
    from training.effect.picture import picture
    from training.effect.rows import Question, read_rows
    from training.effect.threshold import read_threshold

    where = places(lake=lake, database=database)
    opened = Lake(where.lake)
    asked = read_threshold(threshold)
    if not opened.exists():
        raise WrongUse(asked=f"the effect of {threshold}", found="nothing loaded", do="Run: arrears load demo")
    if out is not None and out.suffix != ".svg":
        raise WrongUse(asked=f"a picture in {out.name}", found="no .svg ending", do="Give it one.")
    question = Question(
        threshold=asked,
        as_of=as_of.date(),
        horizon_days=horizon or opened.settings.label.pre_charge_off.horizon_days,
        worked_within=worked_within,
        currency=currency,
        buckets=tuple(_bucket(name) for name in bucket or ()),
        covariates=tuple(covariate or ()),
    )
    with progress_console().status("Reading the lake") as status:
        rows = read_rows(opened, question, _night(opened, question, where))
        status.update("Looking at both sides")
        effect = judge(rows)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(picture(effect), encoding="utf-8")
    document = effect_document(question, effect, out)
    emit(document, as_json=json, human=lambda console: _draw(document, effect, console))


def _bucket(name: str) -> str:
    from arrears.buckets import Bucket
    from arrears.errors import WrongUse

    names = [str(bucket) for bucket in Bucket]
    if name not in names:
        raise WrongUse(asked=f"accounts in {name}", found="no such bucket", do=f"Choose one of {', '.join(names)}.")
    return name


def _night(lake: Lake, question: Question, where: Places) -> NightNumbers | None:
    """A night is opened only where the lake does not know the number."""
    from arrears.state import opened
    from training.effect.night_numbers import night_numbers
    from training.effect.rows import in_lake

    if in_lake(lake, question.threshold):
        return None
    with opened(where) as engine, engine.connect() as connection:
        return night_numbers(connection, question.as_of)


def effect_document(question: Question, effect: Effect, out: Path | None) -> dict[str, Any]:
    """The effect as JSON; money in minor units."""
    from training.effect.words import doubts, reach, sentence

    rows = effect.rows
    treated = int(rows.threshold.holds(rows.value).sum())
    return {
        "threshold": str(rows.threshold),
        "number": rows.threshold.name,
        "cut": rows.threshold.cut,
        "as_of": question.as_of,
        "night_id": rows.night_id,
        "horizon_days": question.horizon_days,
        "matured_on": rows.matured_on,
        "currency": rows.currency,
        "accounts": {"treated": treated, "others": len(rows.value) - treated},
        "effect": _jump(effect.jump, unit="_minor") | {"detectable_minor": effect.detectable_minor},
        "worked": effect.worked and _jump(effect.worked),
        "density": {
            "treated": effect.density.above,
            "others": effect.density.below,
            "p": effect.density.p,
            "bandwidth": effect.density.bandwidth,
            "nearest": {"treated": effect.density.nearest_above, "others": effect.density.nearest_below},
            "nearest_p": effect.density.nearest_p,
        },
        "covariates": [_checked(each) for each in effect.covariates],
        "placebo_cuts": [_checked(each, unit="_minor") for each in effect.placebos],
        "other_widths": [{"times": times} | _jump(jump, unit="_minor") for times, jump in effect.widths.items()],
        "sentence": sentence(effect),
        "reach": reach(effect),
        "doubts": doubts(effect),
        "picture": out,
    }


def _jump(jump: Jump, *, unit: str = "") -> dict[str, Any]:
    amounts = {"estimate": jump.estimate, "corrected": jump.corrected, "low": jump.low, "high": jump.high}
    return {f"{name}{unit}": value for name, value in amounts.items()} | {
        "p": jump.p,
        "bandwidths": asdict(jump.widths),
        "accounts": {"treated": jump.rows_above, "others": jump.rows_below},
    }


def _checked(each: Checked, *, unit: str = "") -> dict[str, Any]:
    named = {"name": each.name} if each.name else {"distance_from_cut": each.at}
    return named | _jump(each.jump, unit=unit) | {"p_of_all": each.p}


def _draw(document: dict[str, Any], effect: Effect, console: Console) -> None:
    console.print(f"[bold]{document['sentence']}[/bold]")
    console.print(document["reach"])
    for doubt in document["doubts"]:
        console.print(f"[yellow]{doubt}[/yellow]")
    if not document["doubts"]:
        console.print("No check found a reason not to believe it; none can show that there is none.")
    console.print(_checks(effect))
    if document["picture"]:
        console.print(f"Picture in {document['picture']}.")


def _checks(effect: Effect) -> Table:
    table = Table("check", "jump", "95 % interval", "p", title="What should not jump", box=None, padding=(0, 2, 0, 0))
    for column in table.columns[1:]:
        column.justify = "right"
    density = effect.density
    change = density.above / density.below - 1 if density.below > 0 else float("nan")
    table.add_row("accounts about the cut", f"{change:+.1%}", "", f"{density.p:.3f}")
    nearest = f"{density.nearest_above} : {density.nearest_below}"
    table.add_row("the nearest to it on each side", nearest, "", f"{density.nearest_p:.3f}")
    for each in (*effect.covariates, *effect.placebos):
        threshold, jump = effect.rows.threshold, each.jump
        name = each.name or f"cash at {threshold.said(threshold.at(each.at))}"
        says = _says(effect.rows.currency if not each.name or each.name.endswith("_minor") else None)
        table.add_row(name, says(jump.estimate), f"{says(jump.low)} to {says(jump.high)}", f"{each.p:.3f}")
    return table


def _says(currency: str | None) -> Callable[[float], str]:
    from arrears.money import say_money

    if currency is None:
        return lambda value: f"{value:,.4g}"
    return lambda minor: say_money(round(minor), currency)
