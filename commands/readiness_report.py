"""How readiness is told: what each missing fact would hold, and which table cures it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from serving.gate.readiness import Readiness, Want


def draw_readiness(found: Readiness, console: Console) -> None:
    """Readiness as a person reads it."""
    share = found.free / found.past_due if found.past_due else 1.0
    console.print(
        f"Under {', '.join(found.profiles)}, on {found.served_on}: {found.free:,} of {found.past_due:,} past-due "
        f"accounts may be worked ({share:.0%})."
    )
    for profile, accounts in found.covered.items():
        if accounts < found.past_due:
            console.print(f"{profile} speaks to {accounts:,} of them: the others live elsewhere.")
    if found.wants:
        console.print(_table(found))
    else:
        console.print("Every rule knows what it needs.")
    if found.lost_features:
        console.print(f"Features without their tables: {len(found.lost_features)}; --json names them.")


def _table(found: Readiness) -> Table:
    table = Table(title="Held for want of a fact", title_justify="left", box=None, pad_edge=False)
    table.add_column("Rule", no_wrap=True)
    table.add_column("What is not known")
    table.add_column("Holds", justify="right", no_wrap=True)
    table.add_column("Frees alone", justify="right", no_wrap=True)
    table.add_column("Cured by")
    for want in found.wants:
        table.add_row(*_cells(want, found.past_due))
    return table


def _cells(want: Want, past_due: int) -> tuple[str, ...]:
    return (
        want.rule,
        want.sentence,
        f"{want.accounts / past_due:.0%}",
        f"{want.frees / past_due:.0%}",
        ", ".join(want.cured_by) or "the fact itself",
    )
