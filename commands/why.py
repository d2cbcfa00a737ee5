"""`arrears why`: an account's scores with reasons, its rank with every term, and what holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from commands.context import AsJson, Database, LakeDir, emit, places

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from arrears.lake import Lake
    from arrears.policy.verdict import ChannelVerdict
    from arrears.queues.item import Term
    from serving.scores.why import Why

app = typer.Typer(add_completion=False)


@app.command()
def command(
    account: Annotated[str, typer.Argument(help="The account's id.")],
    *,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="By default the night that serves now.", metavar="DAY"),
    ] = None,
    lake: LakeDir = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Why an account stands where it stands."""
    from arrears.lake import Lake
    from arrears.state import opened
    from serving.scores.why import why

    where = places(lake=lake, database=database)
    with opened(where) as engine, engine.connect() as connection:
        told = why(connection, account, as_of.date() if as_of else None, lake=Lake(where.lake))
        if as_of is None:
            told = replace(told, now=_now(Lake(where.lake), connection, told))
    emit(_document(told), as_json=as_json, human=lambda console: _draw(console, told))


def _now(lake: Lake, connection: Connection, told: Why) -> tuple[ChannelVerdict, ...] | None:
    """What the rules say at this moment; None where there is no lake to ask."""
    from serving.gate.book import questions
    from serving.gate.second_look import limits_today, verdicts_now
    from serving.present import clock_of

    if not lake.exists():
        return None
    asked, portfolio = questions(lake.present, lake.settings), lake.settings.portfolio
    now, limits_on = clock_of(portfolio.stands_at, connection.engine).now(), limits_today(portfolio.zone)
    debtor, account = told.account.debtor_id, told.account.account_id
    return verdicts_now(lake, asked, connection, debtor, now, limits_on=limits_on).get(account)


def _document(told: Why) -> dict[str, Any]:
    night, account, item = told.night, told.account, told.item
    by = night.model_labels(account.arm_model)
    return {
        "account_id": account.account_id,
        "debtor_id": account.debtor_id,
        "night_id": night.night_id,
        "as_of": night.as_of,
        "scored_by": account.scored_by,
        "degraded_because": night.degraded_because,
        "models": {"propensity": by[night.propensity_model], "roll": by[night.roll_rate_model]},
        "arm_model": account.arm_model,
        "further_models": night.further_models,
        "position": {
            name: getattr(account, name)
            for name in ("bucket", "days_past_due", "past_due_minor", "balance_minor", "stop_roll_minor", "rolls_on")
        },
        "currency": account.currency,
        "verdict": {"word": account.verdict, "reasons": account.held_because, "until": account.held_until},
        "now": None if told.now is None else [each.document() for each in told.now],
        "scores": account.reasons,
        "strategy": f"{told.strategy['name']}/{told.strategy['version']}",
        "formula": told.strategy["formula"],
        "terms": [asdict(term) for term in told.terms],
        "rank": item.rank if item else None,
        "of": night.served,
        "item": item
        and {
            "work_item_id": item.work_item_id,
            "state": item.state,
            "accounts": item.accounts,
            "terms": [asdict(term) for term in told.item_terms],
            "experiment": item.experiment,
            "arm": item.arm,
            "chosen_with_probability": item.chosen_with_probability,
        },
    }


def _draw(console: Console, told: Why) -> None:
    from arrears.money import say_money

    night, account = told.night, told.account
    console.print(f"[bold]{account.account_id}[/bold] as of {night.as_of}: {account.bucket} days past due", style="")
    for sentence, minor in (("Owed", account.balance_minor), ("Stops the roll", account.stop_roll_minor)):
        if minor is not None:
            console.print(f"  {sentence}: {say_money(minor, account.currency)}")
    if account.rolls_on:
        console.print(f"  Rolls on {account.rolls_on}")
    if told.item:
        console.print(
            f"Rank {told.item.rank:,} of {night.served:,} by {told.strategy['name']}: {told.strategy['formula']}"
        )
    _draw_verdicts(console, told)
    if account.scored_by == "rules":
        console.print(f"[yellow]Scored by rules: {night.degraded_because}[/yellow]")
    if account.arm_model:
        console.print(f"Scored by {account.arm_model}, as its arm of a test asks")
    console.print(_terms(told.terms, account.currency))
    for name, score in (("Chance of paying", "propensity"), ("Chance to roll", "roll")):
        if account.reasons.get(score):
            console.print(f"{name} {account.reasons[score]['answer']:.1%}, because")
            for reason in account.reasons[score]["reasons"]:
                console.print(f"  {reason['sentence']} ({reason['contribution']:+.2f}; {reason['code']})", markup=False)


def _draw_verdicts(console: Console, told: Why) -> None:
    for hold in told.account.held_because:
        console.print(f"[yellow]Held for {told.night.served_on}: {_reason(hold)}[/yellow]")
    for each in told.now or ():
        console.print(_channel(each, told.night.settings["portfolio"]["zone"]))


def _reason(hold: Mapping[str, Any]) -> str:
    clause = f" ({hold['clause']})" if hold.get("clause") else ""
    return f"{hold['sentence']}{clause}, until {hold['until'] or 'a fact changes it'}"


def _channel(told: ChannelVerdict, zone: str) -> str:
    """One channel's verdict of this moment in a line, times as the portfolio's clocks show them."""
    from serving.present import in_zone

    if not told.is_allowed:
        reasons = "; ".join(
            _reason({**hold.__dict__, "until": hold.until and in_zone(hold.until, zone)}) for hold in told.holds
        )
        return f"[yellow]Now, by {told.channel}: held: {reasons}[/yellow]"
    ends = [way.allowed_until for way in told.ways]
    closes = max((end for end in ends if end), default=None) if all(ends) else None
    conditions = sorted({word for way in told.ways for word in way.conditions})
    until = f" until {in_zone(closes, zone):%Y-%m-%d %H:%M}" if closes else ""
    return f"Now, by {told.channel}: allowed{until}{', ' + ', '.join(conditions) if conditions else ''}"


def _terms(terms: tuple[Term, ...], currency: str) -> Table:
    table = Table("term", "value", "meaning")
    for term in terms:
        if term.value is not None:
            table.add_row(term.name, _said(term, currency), term.sentence)
    return table


def _said(term: Term, currency: str) -> str:
    from arrears.money import say_money
    from arrears.queues.added import ranking_said

    value = term.value or 0.0
    match term.unit:
        case "money" | "money_per_minute":
            return say_money(round(value), currency)
        case "share":
            return f"{value:.1%}"
        case "ranking":
            return ranking_said(value)
        case _:
            return f"{value:,.4g}"
