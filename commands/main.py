"""The `arrears` command: a list of what it can do, and the door through which every failure leaves.

Commands are named here and imported only when they run, so that `arrears --help` never loads a model library.
"""

from __future__ import annotations

import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from arrears.errors import ArrearsError

COMMANDS: dict[str, tuple[str, str]] = {
    "check": ("commands.check", "Validate a source folder and report every problem at once."),
    "synthetic": ("commands.synthetic", "A world with known truth, as a source folder to load."),
    "load": ("commands.load", "Validate a source folder and add it to the lake, all or nothing."),
    "describe": ("commands.describe", "Tables, rows, dates, aging and data warnings of the lake."),
    "features": ("commands.features", "The feature table of one day."),
    "roll-rates": ("commands.roll_rates", "The empirical roll matrix, with counts."),
    "forecast": ("commands.forecast", "Expected bucket totals and charge-offs, model beside Markov."),
    "effect": ("commands.effect", "What a past threshold did to the cash, with every check of it."),
    "evaluate-policy": ("commands.evaluate_policy", "What a strategy would have collected, from the decision log."),
    "experiment": ("commands.experiment", "Tests against the strategy in force."),
    "simulate": ("commands.simulate", "Strategies at work in a world with known truth, and the cash of each."),
    "train": ("commands.train", "Train a model, judge it out of time, log and register it."),
    "models": ("commands.models", "The registry and its alias history."),
    "score": ("commands.score", "Scores and reasons for the book."),
    "night": ("commands.night", "Score, hold, value, rank and enqueue one morning's work."),
    "allocate": ("commands.allocate", "Share out today's ready items anew among who is at work."),
    "queue": ("commands.queue", "Queues, items, files."),
    "why": ("commands.why", "Why an account stands where it stands."),
    "replay": ("commands.replay", "Rebuild a night from what was recorded and compare."),
    "events": ("commands.events", "Facts between two loads, from a file."),
    "outcomes": ("commands.outcomes", "A dialer's outcomes back in, row by row."),
    "serve": ("commands.serve", "Start the API and the console."),
    "user": ("commands.user", "People, roles, sign-in links and keys."),
}
"""Every command: its module, and the line that `--help` shows."""


class LazyGroup(TyperGroup):
    """A group that imports a command's module only when that command is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - typer hides its context's class
        """Names in the order in which a newcomer would use them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - as above
        """The command itself while it runs; a line of help while the list is shown."""
        if cmd_name not in COMMANDS:
            return None
        module, sentence = COMMANDS[cmd_name]
        if ctx.resilient_parsing or _only_listing():
            return TyperCommand(cmd_name, help=sentence)
        command = get_command(import_module(module).app)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its frames would show the values they hold, and those may be a debtor's
    help="Whom to work next, whether they may be contacted now, and why.",
)


@app.callback()
def _root() -> None:
    """Whom to work next, whether they may be contacted now, and why."""


def main() -> None:
    """Run the command line; a failure we know is told in three lines and a code, never as a trace."""
    try:
        app()
    except ArrearsError as problem:
        sys.stderr.write(f"{problem}\n")
        sys.exit(problem.exit_code)
    except OSError as problem:
        sys.stderr.write(
            f"asked: arrears {_command()}\nfound: {problem.strerror}: {problem.filename}\ndo: Name another file.\n"
        )
        sys.exit(ArrearsError.exit_code)
    except Exception as problem:  # noqa: BLE001 - the message of a database or a library may quote a debtor's row
        where = traceback.extract_tb(problem.__traceback__)[-1]
        found = f"{type(problem).__name__} in {Path(where.filename).name}, line {where.lineno}"
        sys.stderr.write(f"asked: arrears {_command()}\nfound: {found}\ndo: Tell the maintainers this line.\n")
        sys.exit(ArrearsError.exit_code)


def _only_listing() -> bool:
    return _command() not in COMMANDS


def _command() -> str:
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    return words[0] if words else ""
