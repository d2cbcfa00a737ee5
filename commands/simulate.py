"""`arrears simulate`: strategies at work in a world with known truth, and the cash that each brings in a minute."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from commands.context import AsJson, emit, json_text, progress_console

if TYPE_CHECKING:
    from training.simulation.measures import Row
    from training.simulation.simulate import Plan, SeedRun

app = typer.Typer(add_completion=False)
_ALL = (
    "random,severity,balance,propensity,expected_recovery,value_at_risk,incremental_value"  # and always nobody, oracle
)


@app.command()
def command(
    *,
    strategies: Annotated[str, typer.Option(help="Which, by name; nobody and oracle always work too.")] = _ALL,
    days: Annotated[int, typer.Option(help="How many days each works.", min=1)] = 30,
    world: Annotated[str, typer.Option(help="usual, severity_wins or no_effect.", metavar="NAME")] = "usual",
    seeds: Annotated[int, typer.Option(help="How many worlds, from seed 1 on.", min=1)] = 2,
    first_seed: Annotated[int, typer.Option(help="The first seed.")] = 1,
    debtors: Annotated[int, typer.Option(help="How many debtors a world has.")] = 20_000,
    collectors: Annotated[int, typer.Option(help="How many there are.", min=1)] = 8,
    minutes: Annotated[float, typer.Option(help="Minutes of each in a day that are for calls.", min=1)] = 120.0,
    history: Annotated[int, typer.Option(help="Days under the old policy, to learn from.")] = 240,
    holdout: Annotated[
        float, typer.Option(help="Share of the past's late debtors who are called by lot alone.", metavar="SHARE")
    ] = 0.1,
    processes: Annotated[int, typer.Option(help="Worlds simulated at once.", min=1)] = 2,
    out: Annotated[
        Path | None, typer.Option(help="Write result.json, table.md and chart.svg there.", metavar="FOLDER")
    ] = None,
    json: AsJson = False,
) -> None:
    """Let strategies work copies of the same worlds, with the same minutes and rules, and compare the cash."""
    from training.simulation.measures import document, rows
    from training.simulation.simulate import Plan, run

    names = tuple(name.strip() for name in strategies.split(",") if name.strip())
    chosen = tuple(range(first_seed, first_seed + seeds))
    plan = Plan(names, world, debtors, chosen, history, days, collectors, minutes, holdout)
    with _watched(plan.steps) as progress:
        runs = run(plan, progress, processes=processes)
    cost = _minute_cost()
    table = rows(plan, runs, minute_cost=cost)
    told = document(plan, runs, minute_cost=cost)
    if out is not None:
        _write(out, told, table)
    emit(told, as_json=json, human=lambda console: _draw(plan, runs, table, out, console))


def _minute_cost() -> float:
    from arrears.settings import default_settings

    return default_settings().value.minute_cost


@contextmanager
def _watched(steps: int) -> Iterator[Callable[[int], None]]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:.0f}%"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=progress_console(), transient=True) as drawing:
        task = drawing.add_task("Days", total=steps)
        yield lambda done: drawing.update(task, completed=done)


def _write(out: Path, told: dict[str, object], table: list[Row]) -> None:
    from training.simulation.told import chart, markdown

    out.mkdir(parents=True, exist_ok=True)
    (out / "result.json").write_text(json_text(told) + "\n", encoding="utf-8")
    (out / "table.md").write_text(markdown(table), encoding="utf-8")
    (out / "chart.svg").write_text(chart(table), encoding="utf-8")


def _draw(plan: Plan, runs: list[SeedRun], table: list[Row], out: Path | None, console: Console) -> None:
    from training.simulation.told import HEADERS, cells

    groups = sum(run.groups for run in runs) / len(runs)
    console.print(
        f"World {plan.world}, seeds {', '.join(map(str, plan.seeds))}: {plan.debtors:,} debtors,"
        f" {groups:,.0f} groups past due, {plan.days} days after {plan.history} of history;"
        f" collectors: {plan.collectors}, each with {plan.minutes:g} minutes a day for calls."
    )
    drawn = Table(*HEADERS, box=None, pad_edge=False)
    for column in drawn.columns[1:]:
        column.justify = "right"
    for row in table:
        drawn.add_row(*cells(row))
    console.print(drawn)
    for run in runs:
        for segment, (name, because) in run.choices.items():
            console.print(f"Seed {run.seed}, {segment}: {name}. {because}")
    if out is not None:
        console.print(f"Written: {out / 'result.json'}, {out / 'table.md'}, {out / 'chart.svg'}")
