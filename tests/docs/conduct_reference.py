"""The rule reference: every rule with its limits, clauses and the very cases that the specification tests judge."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import starmap
from pathlib import Path
from typing import Any

from arrears.policy.limits import PROFILES, Limit, read_limits
from arrears.policy.rule import CONTACT_LANES, LANE_GATES, PAY, Rule
from arrears.policy.rules import RULES
from tests.docs.conduct_words import ASKED, CHANNELS, CONDITIONS, STEPS, SUBJECTS, WITHOUT_RULE
from tests.policy.case import Case

CASES = Path(__file__).resolve().parents[1] / "policy" / "cases"

_HOW_TO_READ = """\
Rules are asked before anything is ranked, and again when somebody is about to be contacted. Each rule below has its
limits, with the clause behind each, and the cases by which it is tested. None of this is legal advice.
[Work within the law](../how-to/conduct.md) tells how to use it and what is not built.

- **What is asked** is one way: one person on an account, one channel, one number or address. Steps without contact
  (suit, sale or placement, reports to bureaus) are asked once an account.
- **Where a fact that a law needs is not known, it holds**, and adds *not known* to its sentence. *Needs* names the
  tables without which a rule holds everything that it judges.
- **Kind** is *law*, *presumption* (beyond it the law presumes a violation), *guidance*, or *policy* (the house decided
  it). Below it stands the file of limits. Where several limits apply the strictest wins.
- **Where** a limit applies: where the debtor lives, gets post, or is dialled. For whom: roles; then classes of debt.
- ***To confirm*** marks a limit that was written from memory: counsel must read its source before anybody relies on it.
- ***May be lowered*, *may be raised***: a deployment may move it that way. No limit can be loosened.
- **A case** reads: what is so, what is asked, what this rule alone says. All files of limits but `uk` are asked
  unless the section says otherwise. *Hold until* a moment: from then on the rule would allow again, in New York time
  whatever the case. *Hold until a fact changes*: no date ends it. A word in capitals is a condition.
"""


@dataclass(frozen=True)
class Register:
    """All that stands under one register number; `limits` come with the profile that keeps each."""

    number: str
    rules: tuple[Rule, ...]
    limits: tuple[tuple[str, Limit], ...]
    cases: tuple[Case, ...]


def conduct_page(note: str) -> str:
    """Every rule by register number, its limits of all profiles, and its cases."""
    registers = list(every_register())
    parts = ["# Rules of conduct\n", note, _HOW_TO_READ, *_contents(registers), *_conditions()]
    for register in registers:
        parts.extend(_section(register))
    return "\n".join(parts)


def every_register() -> Iterator[Register]:
    """Every register number that a rule or a limit has, in order."""
    limits, cases = read_limits(PROFILES).all, tuple(every_case())
    for number in sorted({rule.id for rule in RULES} | {limit.rule for _, limit in limits}):
        yield Register(
            number,
            tuple(rule for rule in RULES if rule.id == number),
            tuple((profile, limit) for profile, limit in limits if limit.rule == number),
            tuple(case for case in cases if case.rule == number),
        )


def every_case() -> Iterator[Case]:
    """The cases of every specification."""
    for file in sorted(CASES.glob("*.py")):
        yield from import_module(f"tests.policy.cases.{file.stem}").CASES


def _contents(registers: Iterable[Register]) -> Iterator[str]:
    yield _head("rule", "about", "kinds", "limits to confirm", "cases")
    for each in registers:
        kinds = ", ".join(dict.fromkeys(limit.kind for _, limit in each.limits)) or "the account itself"
        confirm = sum(limit.verify for _, limit in each.limits)
        title = f"{each.number}: {SUBJECTS[each.number]}"
        yield _cells(
            f"[{each.number}](#{_anchor(title)})", SUBJECTS[each.number], kinds, confirm or "", len(each.cases) or ""
        )
    yield ""


def _conditions() -> Iterator[str]:
    yield "## Conditions\n\nA way may be open under a condition. Whoever uses it must heed it.\n"
    yield _head("condition", "what it asks", "rules")
    for word in sorted({rule.condition for rule in RULES if rule.condition}):
        rules = dict.fromkeys(rule.id for rule in RULES if rule.condition == word)
        yield _cells(f"`{word}`", CONDITIONS[word], ", ".join(rules))
    yield ""


def _section(register: Register) -> Iterator[str]:
    yield f"## {register.number}: {SUBJECTS[register.number]}\n"
    yield from dict.fromkeys(map(_said, register.rules))
    yield WITHOUT_RULE.get(register.number, "")
    if register.limits:
        yield _head("limit", "where", "for whom", "kind", "from", "source")
        yield from starmap(_scope, _alike(register.limits))
        yield ""
    if register.cases:
        yield from _cases(register.cases)


def _cases(cases: Sequence[Case]) -> Iterator[str]:
    """The cases as rows; the profiles that most are judged under are told once."""
    usual = Counter(case.profiles for case in cases).most_common(1)[0][0]
    if usual:
        yield f"Cases are judged under {_profiles(usual)} alone unless they say otherwise.\n"
    yield _head("case", "asked", "the rule says")
    for case in cases:
        under = "" if case.profiles == usual else f", under {_profiles(case.profiles)}"
        yield _cells(_plain(case.told[:1].upper() + case.told[1:]), _asked(case) + under, _verdict(case))
    yield ""


def _said(rule: Rule) -> str:
    """One rule: its sentence, what it judges, what it needs."""
    parts = [f"- **{rule.sentence}** (`{rule.code}`). Judges {_judged(rule)}."]
    if rule.spares:
        parts.append(f"Never holds {_listed(sorted(_spoken(each) for each in rule.spares))}.")
    if rule.needs:
        parts.append(f"Needs {_listed([f'`{need}`' for need in rule.needs])}.")
    if rule.condition:
        parts.append(f"May allow under `{rule.condition}`.")
    return " ".join(parts)


def _judged(rule: Rule) -> str:
    lanes, steps = rule.lanes & CONTACT_LANES, rule.lanes & LANE_GATES
    told = []
    if lanes:
        contacts = _listed([CHANNELS[each] for each in CHANNELS if each in rule.channels]) or "every contact"
        told.append(contacts + _lanes_told(lanes))
    return _listed([*told, *(STEPS[each] for each in STEPS if each in steps)])


def _lanes_told(lanes: frozenset[str]) -> str:
    left_out = CONTACT_LANES - lanes
    if not left_out:
        return ""
    few, word = (lanes, "only") if len(lanes) < len(left_out) else (left_out, "not")
    return f" ({word} in the lane{'s' if len(few) > 1 else ''} {_listed([f'`{lane}`' for lane in sorted(few)])})"


def _alike(limits: Iterable[tuple[str, Limit]]) -> Iterator[tuple[str, list[Limit]]]:
    """Limits of one scope and source, which are one row, with their profile."""
    rows: dict[tuple[Any, ...], list[Limit]] = {}
    for profile, limit in limits:
        told = (limit.kind, limit.from_, limit.to, limit.clause, limit.link)
        rows.setdefault((profile, limit.place, limit.roles, limit.classes, *told), []).append(limit)
    for (profile, *_), alike in rows.items():
        yield profile, alike


def _scope(profile: str, limits: Sequence[Limit]) -> str:
    first = limits[0]
    whom = "; ".join(_listed(list(map(_spoken, each))) for each in (first.roles, first.classes) if each)
    until = "" if first.to is None else f" to {first.to}"
    every = all(limit.verify for limit in limits)
    return _cells(
        "<br>".join(_limit(limit) + ("" if every else _to_confirm(limit)) for limit in limits),
        first.place or "everywhere",
        whom or "everybody",
        f"{first.kind}<br>`{profile}`",
        f"{first.from_}{until}",
        f"[{_plain(first.clause)}]({first.link})" + (_to_confirm(first) if every else ""),
    )


def _to_confirm(limit: Limit) -> str:
    return " ***to confirm***" if limit.verify else ""


def _limit(limit: Limit) -> str:
    """One value as a lawyer reads it."""
    said = "in force" if limit.value is True and limit.unit == "rule" else _value(limit)
    moves = f", may be {'lowered' if limit.tighter == 'lower' else 'raised'}" if limit.tighter else ""
    off = "" if limit.on else ", *switched off*"
    note = f" (*{_plain(limit.note)}*)" if limit.note else ""
    return ("" if limit.name == "on" else f"`{limit.name}`: ") + said + moves + off + note


def _value(limit: Limit) -> str:
    unit = _plain(limit.unit)
    match limit.value:
        case bool():
            return f"**{'yes' if limit.value else 'no'}** ({unit})"
        case int() if unit.startswith("minor units of "):
            return f"**{limit.value / 100:,.2f}** {unit.removeprefix('minor units of ')}"
        case int() | float():
            return f"**{limit.value:,}** {unit}"
        case tuple():
            return f"{', '.join(f'`{each}`' for each in limit.value)} ({unit})"
        case _:
            return f"**{limit.value}** ({unit})"


def _asked(case: Case) -> str:
    asked = ASKED[case.lane] if case.lane in LANE_GATES else ASKED[case.channel]
    lane = "" if case.lane in LANE_GATES or case.lane == PAY else f", lane `{case.lane}`"
    return asked + lane


def _profiles(names: Sequence[str]) -> str:
    return _listed([f"`{name}`" for name in names]) or "every file but `uk`"


def _verdict(case: Case) -> str:
    match case.expected:
        case "allow":
            return f"allow, `{case.condition}`" if case.condition else "allow"
        case "null":
            return "**hold** until a fact changes"
        case _:
            return f"**hold** until {case.expected}"


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _spoken(code: str) -> str:
    return code.replace("_", " ")


def _plain(text: str) -> str:
    """Text that ends neither a cell nor a line of a table."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def _head(*names: str) -> str:
    return f"| {' | '.join(names)} |\n|{'---|' * len(names)}"


def _cells(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _anchor(title: str) -> str:
    """A heading's address, as readers of Markdown make it."""
    kept = "".join(letter for letter in title.lower() if letter.isalnum() or letter in " -_")
    return kept.replace(" ", "-")
