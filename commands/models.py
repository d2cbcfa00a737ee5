"""`arrears models`: what is registered, why, and who moved which alias when; the gate in front of champion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from commands.context import AsJson, Database, LakeDir, Tracking, emit, places

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from arrears.places import Places
    from models.registry import Registry

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The registry and its alias history.")

Name = Annotated[str, typer.Argument(help="A model's name, as propensity.")]
Number = Annotated[str, typer.Argument(help="A version's number.")]
Who = Annotated[str | None, typer.Option(help="Who decides (default: the user of this machine).")]
Why = Annotated[str, typer.Option(help="The reason, kept for ever.")]


@app.command("list")
def list_(
    *, name: Annotated[str | None, typer.Argument()] = None, tracking: Tracking = None, json: AsJson = False
) -> None:
    """Every registered version, newest first, with its verdict and aliases."""
    from models.registry import Registry

    registry = Registry(places(tracking=tracking).tracking_uri)
    names = [name] if name else registry.names()
    found = [asdict(version) for each in names for version in registry.versions(each)]
    emit({"versions": found}, as_json=json, human=lambda console: _draw_versions(found, console))


@app.command()
def show(name: Name, version: Number, *, tracking: Tracking = None, json: AsJson = False) -> None:
    """One version: its question, features, training, verdict and metrics."""
    from models.registry import Registry

    registry = Registry(places(tracking=tracking).tracking_uri)
    document = asdict(registry.version(name, version))
    model = registry.load(name, version).artifact.document
    document |= {
        key: model[key] for key in ("question", "kind", "horizon_days", "features", "training") if key in model
    }
    emit(document, as_json=json, human=lambda console: _draw_version(document, console))


@app.command()
def promote(
    name: Name,
    version: Number,
    *,
    why: Why,
    who: Who = None,
    alias: Annotated[str, typer.Option(help="champion or challenger.")] = "champion",
    database: Database = None,
    tracking: Tracking = None,
    json: AsJson = False,
) -> None:
    """Make a version champion, if the verdict of its training allows it."""
    from models.promote import promote as through_the_gate

    with _writable(database, tracking) as registry:
        move = through_the_gate(registry, name, version, who=who or _user(), why=why, alias=alias)
    _emit_moves([asdict(move)], as_json=json)


@app.command("roll-back")
def roll_back(
    name: Name,
    *,
    why: Why,
    who: Who = None,
    database: Database = None,
    tracking: Tracking = None,
    json: AsJson = False,
) -> None:
    """Make the champion before the present one champion again."""
    with _writable(database, tracking) as registry:
        move = registry.roll_back(name, who=who or _user(), why=why)
    _emit_moves([asdict(move)], as_json=json)


@app.command()
def shadow(
    name: Name,
    version: Annotated[str | None, typer.Argument(help="The version to score in the shadow; without: read it.")] = None,
    *,
    why: Annotated[str | None, typer.Option(help="The reason, kept for ever.")] = None,
    who: Who = None,
    end: Annotated[bool, typer.Option("--end", help="Score none in the shadow any more.")] = False,
    lake: LakeDir = None,
    database: Database = None,
    tracking: Tracking = None,
    json: AsJson = False,
) -> None:
    """Score a version beside the champion every night, written down and never acted on; or read what it said."""
    from arrears.errors import WrongUse
    from commands.shadow import begin, draw, finish, read

    where = places(lake=lake, database=database, tracking=tracking)
    with _deployment(where) as (engine, registry):
        if end or version is not None:
            act = finish if end else begin
            moves = [asdict(act(registry, name, version, who=who or _user(), why=why))]
            _emit_moves(moves, as_json=json)
            return
        if why is not None:
            raise WrongUse(
                asked=f"the shadow of {name}",
                found="a reason, and no version to begin with",
                do="Name the version, or say --end; to read it leave --why out.",
            )
        document = read(engine, registry, name, where.lake)
    emit(document, as_json=json, human=lambda console: draw(document, console))


@app.command()
def history(name: Name, *, database: Database = None, tracking: Tracking = None, json: AsJson = False) -> None:
    """Who moved which alias of a model when, and why."""
    with _writable(database, tracking) as registry:
        moves = [asdict(move) for move in registry.history(name)]
    _emit_moves(moves, as_json=json)


@contextmanager
def _writable(database: str | None, tracking: str | None) -> Iterator[Registry]:
    with _deployment(places(database=database, tracking=tracking)) as (_, registry):
        yield registry


@contextmanager
def _deployment(where: Places) -> Iterator[tuple[Engine, Registry]]:
    from arrears.state.server import opened
    from models.registry import Registry

    with opened(where) as engine:
        registry = Registry(where.tracking_uri, engine)
        registry.reconcile()
        yield engine, registry


def _user() -> str:
    from getpass import getuser

    return getuser()


def _emit_moves(moves: list[dict[str, Any]], *, as_json: bool) -> None:
    emit({"moves": moves}, as_json=as_json, human=lambda console: _draw_moves(moves, console))


def _draw_moves(moves: list[dict[str, Any]], console: Console) -> None:
    table = Table("when", "model", "alias", "from", "to", "who", "why", "state", box=None)
    for move in moves:
        cells = [move["at"].isoformat(timespec="seconds"), move["model"], move["alias"], move["from_version"] or "none"]
        table.add_row(*cells, move["to_version"] or "none", move["who"], move["why"], move["state"])
    console.print(table if moves else "No alias was ever moved.")


def _draw_versions(versions: list[dict[str, Any]], console: Console) -> None:
    table = Table("version", "aliases", "verdict", "registered", "log loss", "AUC", box=None)
    for each in versions:
        metrics: Mapping[str, float] = each["metrics"]
        numbers = [f"{metrics[key]:.4f}" if key in metrics else "" for key in ("test_log_loss", "test_auc")]
        when = each["registered_at"].isoformat(timespec="minutes")
        table.add_row(f"{each['name']}/{each['version']}", ", ".join(each["aliases"]), each["verdict"], when, *numbers)
    console.print(table if versions else "No model is registered yet: `arrears train propensity`.")


def _draw_version(document: Mapping[str, Any], console: Console) -> None:
    console.print(f"[bold]{document['name']}/{document['version']}[/bold]: {document['verdict']}")
    console.print(f"{document['question']}\n{document['because']}")
    for name, value in document["metrics"].items():
        console.print(f"  {name.replace('_', ' ')}: {value:.4f}")
    console.print(f"{len(document['features'])} features: {', '.join(document['features'])}")
