"""`arrears train`: fit a model on the lake, judge it out of time, log and register it, and say what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from arrears.errors import Refused
from commands.context import AsJson, Database, LakeDir, Tracking, emit, places, progress_console

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

    from arrears.places import Places
    from training.policy_value.nights import RecordedNight
    from training.trained import TrainRequest

app = typer.Typer(add_completion=False)
_DAY = {"formats": ["%Y-%m-%d"], "metavar": "DAY"}


@app.command()
def command(
    model: Annotated[
        str, typer.Argument(help="propensity, roll_rate, contact, promise, repayment, self_cure or uplift.")
    ],
    *,
    from_: Annotated[datetime | None, typer.Option("--from", help="First day to stand on.", **_DAY)] = None,
    to: Annotated[datetime | None, typer.Option(help="Last day to stand on.", **_DAY)] = None,
    every: Annotated[str, typer.Option(help="month, week or day.", metavar="STEP")] = "month",
    horizon: Annotated[int | None, typer.Option(help="Days a label looks ahead (default: the portfolio's).")] = None,
    threshold: Annotated[
        str | None,
        typer.Option(help="stop_roll, any, balance:SHARE[:FLOOR] or due:SHARE (default: the portfolio's)."),
    ] = None,
    trials: Annotated[int, typer.Option(help="Rounds of a search for parameters, on inner folds in time.")] = 0,
    as_of_rule: Annotated[str, typer.Option(help="on_days, on_opening or on_due:KIND.", metavar="RULE")] = "on_days",
    test_from: Annotated[datetime | None, typer.Option(help="First day of the last fold's test.", **_DAY)] = None,
    without: Annotated[list[str] | None, typer.Option(help="Leave a feature out; may be given again.")] = None,
    promote: Annotated[bool, typer.Option("--promote", help="Make it champion if its verdict says so.")] = False,
    who: Annotated[str | None, typer.Option(help="Who promotes (default: the user of this machine).")] = None,
    lake: LakeDir = None,
    database: Database = None,
    tracking: Tracking = None,
    json: AsJson = False,
) -> None:
    """Train a model, judge it out of time against its baselines, log and register it."""
    from arrears.lake import Lake
    from training.trained import TrainRequest

    where = places(lake=lake, database=database, tracking=tracking)
    opened = Lake(where.lake)
    request = TrainRequest(
        training_day=_training_day(opened.last_day),
        from_=_day(from_),
        to=_day(to),
        every=every,
        horizon_days=horizon,
        threshold=threshold,
        trials=trials,
        as_of_rule=as_of_rule,
        test_from=_day(test_from),
        without=tuple(without or ()),
    )
    document = _train(where, model, request)
    if promote:
        document["promoted"] = document["verdict"]["verdict"] == "promote" and _promote(where, model, document, who)
    emit(document, as_json=json, human=lambda console: _draw(document, console))
    if promote and not document["promoted"]:
        raise Refused(
            asked=f"promote {model}/{document['version']}",
            found=document["verdict"]["because"],
            do="The version is registered and the champion stays; train on more mature data or better features.",
        )


def _training_day(last_day: date | None) -> date:
    """The day the data stand at: what is not in the lake yet cannot have matured, whatever the clock says."""
    from arrears.clock import SystemClock

    today = SystemClock().now().date()
    return min(today, last_day) if last_day is not None else today


def _train(where: Places, model: str, request: TrainRequest) -> dict[str, Any]:
    from arrears.lake import Lake
    from models.registry import Registry
    from training.train import train

    with _drawn_progress(model) as progress, _nights(where, model) as nights:
        report = train(
            model,
            Lake(where.lake),
            Registry(where.tracking_uri),
            request,
            nights=nights,
            records=where.root / "data" / "validation",
            progress=progress,
        )
    return report.document()


@contextmanager
def _nights(where: Places, model: str) -> Iterator[Iterable[RecordedNight]]:
    """The log of decisions for the one model that learns from it; no other needs a database."""
    if model != "uplift":
        yield ()
        return
    from arrears.state.server import opened
    from training.policy_value.nights import recorded_nights

    with opened(where) as engine, engine.connect() as connection:
        yield recorded_nights(connection, since=date(1900, 1, 1))


class _Drawn:
    """Progress as one line on a terminal: steps done of steps known so far, and what goes on."""

    def __init__(self, drawing: RichProgress, model: str) -> None:
        self._drawing = drawing
        self._begun = 0
        self._step = ""
        self._task = drawing.add_task(f"Training {model}", total=0, part="")

    def expect(self, steps: int) -> None:
        (task,) = self._drawing.tasks
        self._drawing.update(self._task, total=(task.total or 0) + steps)

    def step(self, what: str) -> None:
        self._drawing.update(self._task, completed=self._begun, part=what)
        self._begun += 1
        self._step = what

    def part(self, what: str) -> None:
        self._drawing.update(self._task, part=f"{self._step}, {what}")


@contextmanager
def _drawn_progress(model: str) -> Iterator[_Drawn]:
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    columns = [
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[part]}"),
    ]
    console = progress_console()
    with RichProgress(
        *columns, console=console, transient=True, redirect_stdout=False, disable=console.quiet
    ) as drawing:
        yield _Drawn(drawing, model)


def _promote(where: Places, model: str, document: Mapping[str, Any], who: str | None) -> bool:
    from getpass import getuser

    from arrears.state.server import opened
    from models.promote import promote
    from models.registry import Registry

    with opened(where) as engine:
        registry = Registry(where.tracking_uri, engine)
        registry.reconcile()
        promote(registry, model, document["version"], who=who or getuser(), why="trained, and its verdict allows it")
    return True


def _draw(document: Mapping[str, Any], console: Console) -> None:
    console.print(f"[bold]{document['model']}/{document['version']}[/bold]: {document['verdict']['verdict']}")
    for check in document["verdict"]["checks"]:
        console.print(f"  {'yes' if check['passed'] else 'no '}  {check['sentence']}")
    table = Table("out of time", "value", box=None)
    for name, value in document["metrics"].items():
        table.add_row(name.replace("_", " "), f"{value:.4f}")
    console.print(table)
    for title, found in document["truth"].items():
        console.print(
            f"{title}: " + ", ".join(f"{key.replace('_', ' ')} {_said(value)}" for key, value in found.items())
        )
    if document["record"]:
        console.print(f"Validation record: {document['record']}")
    if document.get("promoted"):
        console.print("It is champion now.")


def _said(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()
