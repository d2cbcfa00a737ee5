"""`arrears user`: who may sign in and as what, and the links and keys with which they do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from commands.context import AsJson, Database, LakeDir, emit, places

if TYPE_CHECKING:
    from pathlib import Path

app = typer.Typer(add_completion=False, no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Whom, as the audit trail will say it.")]
Who = Annotated[str | None, typer.Option(help="Who decides (default: the user of this machine).")]


class Role(StrEnum):
    """What somebody may do; the database knows the same five."""

    MANAGER = "manager"
    COLLECTOR = "collector"
    STRATEGIST = "strategist"
    SCIENTIST = "scientist"
    AUDITOR = "auditor"


@app.callback()
def _user() -> None:
    """People, roles, sign-in links and keys."""


@app.command()
def add(
    name: Name,
    *,
    role: Annotated[Role, typer.Option(help="What they may do.")],
    collector: Annotated[
        str | None,
        typer.Option(help="For whom they work a list: a row of table collectors.", metavar="COLLECTOR_ID"),
    ] = None,
    who: Who = None,
    lake: LakeDir = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Let somebody in, for the first time or again; a collector stands for a row of the lake's collectors."""
    from arrears.clock import SystemClock
    from arrears.state.server import opened
    from serving.people.people import add_person

    where = places(lake=lake, database=database)
    if collector is not None:
        _check_in_lake(where.lake, collector)
    with opened(where) as engine:
        add_person(
            engine, name, role.value, collector_id=collector, who=who or _machine_user(), now=SystemClock().now()
        )
    document = {"person": name, "role": role.value, "collector_id": collector}
    said = f"{name} may sign in as {role.value}. Their link: arrears user token {name}"
    emit(document, as_json=as_json, human=lambda console: console.print(said))


@app.command()
def disable(name: Name, *, who: Who = None, database: Database = None, as_json: AsJson = False) -> None:
    """Shut somebody out: their sessions and keys end at once, their unused links open nothing."""
    from arrears.clock import SystemClock
    from arrears.state.server import opened
    from serving.people.people import disable_person

    with opened(places(database=database)) as engine:
        ended = disable_person(engine, name, who=who or _machine_user(), now=SystemClock().now())
    said = f"{name} may sign in no more. Sessions and keys ended: {ended}."
    emit({"person": name, "sessions_ended": ended}, as_json=as_json, human=lambda console: console.print(said))


@app.command("list")
def list_command(*, database: Database = None, as_json: AsJson = False) -> None:
    """Everybody who was ever added, with role, collector and open sessions."""
    from arrears.clock import SystemClock
    from arrears.state.server import opened
    from serving.people.people import everybody

    with opened(places(database=database)) as engine:
        found = [dict(row) for row in everybody(engine, now=SystemClock().now())]
    emit({"people": found}, as_json=as_json, human=lambda console: _draw(console, found))


@app.command()
def token(
    name: Name,
    *,
    key: Annotated[
        bool, typer.Option("--key/--link", help="A key for programs, good for 30 days; or a link that signs in once.")
    ] = False,
    port: Annotated[int, typer.Option(help="Where the service listens, for the link.", min=1, max=65535)] = 3000,
    who: Who = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Print a link with which somebody signs in once, or a key for programs that act as them; neither is kept."""
    from arrears.clock import SystemClock
    from arrears.state.server import opened
    from serving.people import access

    with opened(places(database=database)) as engine:
        now, by = SystemClock().now(), who or _machine_user()
        if key:
            made = {"key": access.new_key(engine, now=now, person=name, who=by), "ends_at": now + access.KEY_LASTS}
        else:
            secret = access.new_link_token(engine, now=now, person=name, who=by)
            link = f"http://127.0.0.1:{port}/sign-in?token={secret}"
            made = {"sign_in": link, "ends_at": now + access.LINK_LASTS}
    emit({"person": name, **made}, as_json=as_json, human=lambda console: _say(console, made))


def _check_in_lake(root: Path, collector: str) -> None:
    from arrears.errors import BadInput
    from arrears.lake import Lake

    lake = Lake(root)
    if "collectors" not in lake.tables:
        found, do = "no table collectors in the lake", "Load a source that has it: `arrears load SOURCE`."
    else:
        with lake.connect() as con:
            if con.execute("SELECT 1 FROM collectors WHERE collector_id = ? LIMIT 1", [collector]).fetchone():
                return
        found, do = "no row of that id in table collectors", "Name one that is there, or load the row first."
    raise BadInput(asked=f"add somebody for collector {collector}", found=found, do=do)


def _machine_user() -> str:
    from getpass import getuser

    return getuser()


def _say(console: Console, made: Mapping[str, Any]) -> None:
    console.print(made.get("key") or made["sign_in"], soft_wrap=True)


def _draw(console: Console, people: Sequence[Mapping[str, Any]]) -> None:
    if not people:
        console.print("Nobody was added yet; whoever starts the service is its manager.")
        return
    table = Table("person", "role", "collector", "added", "disabled", "open sessions", box=None, pad_edge=False)
    for each in people:
        disabled = each["disabled_at"]
        table.add_row(
            each["person"],
            each["role"],
            each["collector_id"] or "",
            f"{each['added_at']:%Y-%m-%d}",
            f"{disabled:%Y-%m-%d}" if disabled else "",
            str(each["sessions"]),
        )
    console.print(table)
