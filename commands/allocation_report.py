"""How an allocation reads on a terminal: who got how much, what was left out and why, what one more hour would add."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

_LEFT_OUT = {
    "no_room": "beyond the team's minutes",
    "no_eligible_collector": "nobody at work may take it",
    "no_hours_overlap": "nobody at work in the debtor's hours",
    "quota": "beyond its lane's quota",
    "adds_nothing": "adds nothing",
}


def draw_allocation(table: Table, report: dict[str, Any]) -> None:
    """Add an allocation's lines to a table of two columns."""
    table.add_row("on collectors' lists", f"{report['placed']:,}")
    table.add_row("  collectors", f"{report['collectors']:,}")
    table.add_row("  hours of work", f"{report['minutes'] / 60:,.1f}")
    table.add_row("  short of the best plan by at most", f"{report['gap']:.2%}")
    left_out = {reason: told["items"] for reason, told in report["left_out"].items()}
    left_out["no_room"] = left_out.get("no_room", 0) + report["beyond"]
    table.add_row("on the team's list", f"{sum(left_out.values()):,}")
    for reason, count in left_out.items():
        if count:
            table.add_row(f"  {_LEFT_OUT.get(reason, reason)}", f"{count:,}")
    for group in report["groups"] if report["unit"] != "places" else ():
        who = group["collectors"]
        named = who[0] if len(who) == 1 else f"{who[0]} and {len(who) - 1} more"
        table.add_row(f"one more hour of {named} adds", _said(group["hour_value"], report["unit"]))


def _said(value: float, unit: str) -> str:
    from arrears.money import say_money

    return f"{value:,.2f}" if unit == "worth" else say_money(round(value), unit)
