"""The rule reference: every rule with its limits, clauses and the very cases that the specification tests judge."""

from collections.abc import Iterator
from datetime import date
from importlib import import_module
from itertools import groupby
from pathlib import Path

from arrears.policy.limits import PROFILES, Limit, read_limits
from arrears.policy.rule import LANE_GATES, Rule
from arrears.policy.rules import RULES
from tests.policy.case import Case

CASES = Path(__file__).resolve().parents[1] / "policy" / "cases"


def conduct_page(note: str) -> str:
    """Every rule by register number, its limits of all profiles, and its cases."""
    limits = [limit for _, limit in read_limits(PROFILES).all]
    cases = sorted(every_case(), key=lambda case: case.rule)
    by_rule = {rule: list(of_rule) for rule, of_rule in groupby(cases, key=lambda case: case.rule)}
    parts = [
        "# Rules of conduct\n",
        note,
        "\nRules are asked before anything is ranked, and again when somebody is about to be contacted. Where a fact that a\n"
        "law needs is not known, the account is held. *To confirm* marks a limit that was written from memory: counsel must\n"
        "read its source before anybody relies on it. None of this is legal advice.\n\n"
        "A case reads: what is so → what the rule says; *until* is the first moment at which the rule alone would allow\n"
        "again, in New York unless the case says otherwise, and *null* means that only a new fact can end it.\n",
    ]
    ordered = sorted(RULES, key=lambda rule: rule.id)
    for register, rules in groupby(ordered, key=lambda rule: rule.id):
        parts.extend(_section(register, list(rules), [limit for limit in limits if limit.rule == register]))
        parts.extend(_cases(by_rule.get(register, [])))
    return "\n".join(parts)


def every_case() -> Iterator[Case]:
    """The cases of every specification."""
    for file in sorted(CASES.glob("*.py")):
        yield from import_module(f"tests.policy.cases.{file.stem}").CASES


def _section(register: str, rules: list[Rule], limits: list[Limit]) -> Iterator[str]:
    sentences = "; ".join(dict.fromkeys(rule.sentence for rule in rules))
    yield f"## {register}: {sentences}\n"
    for rule in rules:
        scope = ", ".join(sorted(rule.channels)) or "every channel"
        gates = ", ".join(f"`{lane}`" for lane in sorted(rule.lanes & LANE_GATES))
        about = f"- `{rule.code}`: {scope}" + (f"; lanes {gates}" if gates else "")
        about += f"; never {', '.join(sorted(rule.spares))}" if rule.spares else ""
        yield about + (f"; needs {', '.join(f'`{need}`' for need in rule.needs)}" if rule.needs else "")
    yield ""
    if limits:
        yield "| value | where | for whom | kind | from | clause |\n|---|---|---|---|---|---|"
        yield from map(_row, limits)
        yield ""


def _row(limit: Limit) -> str:
    said = "in force" if limit.name == "on" else f"{limit.name} = {_value(limit.value)} {limit.unit}"
    whom = ", ".join((*limit.roles, *limit.classes)) or "everybody"
    until = "" if limit.to is None else f" to {limit.to}"
    marks = "".join((" *(to confirm)*" if limit.verify else "", "" if limit.on else " *(off)*"))
    return (
        f"| {said} | {limit.place or 'everywhere'} | {whom} | {limit.kind} | {_day(limit.from_)}{until} "
        f"| [{limit.clause}]({limit.link}){marks} |"
    )


def _value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _day(day: date) -> str:
    return day.isoformat()


def _cases(cases: list[Case]) -> Iterator[str]:
    if cases:
        yield "| case | rule says |\n|---|---|"
        yield from (f"| {case.told} | {_verdict(case.expected)} |" for case in cases)
        yield ""


def _verdict(expected: str) -> str:
    return expected if expected == "allow" else f"hold until {expected}" if expected != "null" else "hold, no end"
