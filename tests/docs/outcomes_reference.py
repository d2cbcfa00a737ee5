"""The outcome reference: what a collector is asked after a contact, what happens next, and what becomes a fact."""

from collections.abc import Iterable, Iterator

from arrears.desk_settings import Ready
from arrears.queues.next.asked import asks
from arrears.queues.next.entries import Entry, Otherwise, Skip, book, sentence_of
from arrears.queues.next.fields import FIELDS, Field
from arrears.settings import default_settings

_HOW_TO_READ = """\
A collector types a key and answers what is asked; the item then moves on as told here. An outcome that lacks something
is refused whole, with everything that is missing. The conduct gate is asked again before every contact, so nothing on
this page can loosen a limit.

- **Asked** are the questions at the end of this page; *those in italics* may stay without an answer. On the telephone
  and at the door an outcome about the debt needs a verified party.
- **Right party** tells whether it counts as a right-party contact: a talk, by telephone or at the door, with a verified
  person who owes.
- **Another part** of the day is one in which nobody has tried yet, in the debtor's own time:
  {parts}. What falls on a day on which the desk is closed waits for the next.
- A house changes keys, titles, sentences, lanes, times and who gets an item in its settings, as
  `[desk.outcomes] voicemail = {{ready = {{days = 3}}}}`. What is asked and what becomes a fact stay.
"""
_GROUPS = {
    "no_contact": "Nobody was reached",
    "talk": "Somebody was spoken with",
    "statement": "What the law hears",
    "message": "Messages",
}
_POINTS = {"same": "the same", "other": "the next, if there is one", "next": "the next at once", "none": "none"}
_BECOMES = {
    "point_bad": "the number or address is bad",
    "point_good": "the number is good, if the debtor was verified",
    "point_shared": "others use the number, if so",
    "language": "the debtor's language",
    "consent": "consent to be called again, if given",
    "preference": "the channel is closed",
    "dispute": "a dispute of each account",
    "promise": "a promise",
    "plan": "a promise for each instalment",
}


def outcomes_page(note: str) -> str:
    """Every outcome by group, the reasons to skip, and every question."""
    told = book()
    parts = ", ".join(f"{part} ({hours})" for part, hours in told.parts.items())
    lines = ["# Outcomes\n", note, _HOW_TO_READ.format(parts=parts)]
    for group, title in _GROUPS.items():
        lines.append(f"## {title}\n")
        lines.append(_head("key", "outcome", "asked", "what happens next", "lane", "ready", "to", "by", "facts"))
        for name, entry in told.outcomes.items():
            if entry.group == group:
                lines.extend(_rows(name, entry))
        lines.append("")
    lines.extend(_skips(told.skips))
    lines.extend(_questions(FIELDS.values()))
    return "\n".join(lines)


def _rows(name: str, entry: Entry) -> Iterator[str]:
    asked = ", ".join(field.label if field.required else f"*{field.label}*" for field in asks(name)) or "nothing"
    right = {"yes": "Right party.", "if_verified": "Right party if verified.", "no": ""}[entry.right_party]
    yield _cells(
        f"`{entry.key}`",
        f"{entry.title}<br>`{name}`",
        asked,
        " ".join(filter(None, [_said(entry), right])),
        _lane(entry),
        _ready(entry.ready),
        _whom(entry.to, entry.skill or "the language"),
        _POINTS[entry.point],
        _facts(entry),
    )
    for otherwise in entry.when:
        other = entry.changed(otherwise)
        yield _cells(
            "",
            f"… {_case(otherwise)}",
            "",
            _said(other),
            _lane(other),
            _ready(other.ready),
            _whom(other.to, other.skill or "the language"),
            _POINTS[other.point],
            "",
        )


def _said(entry: Entry) -> str:
    return sentence_of(entry, default_settings())


def _case(otherwise: Otherwise) -> str:
    told = {
        "connect": f"the line said {otherwise.connect}",
        "in_a_row": f"{otherwise.in_a_row} in a row",
        "is_right_party": "the debtor was spoken with",
        "written_in": "the debtor wrote it",
        "attorney_named": "with an attorney's name and details",
    }
    return ", ".join(words for name, words in told.items() if getattr(otherwise, name) is not None)


def _lane(entry: Entry) -> str:
    lane = {"same": "stays", "none": "none"}.get(entry.lane, f"`{entry.lane}`")
    return f"{lane}; `{entry.without_point}` without a good one" if entry.without_point else lane


def _ready(ready: Ready) -> str:
    times = {
        "hours": "{} hours",
        "days": "{} days",
        "business_days": "{} business days",
    }
    moments = {"now": "at once", "callback_at": "when agreed", "broken": "when broken, and a call is allowed"}
    if ready.at is not None:
        return moments[ready.at]
    told = next(words.format(getattr(ready, name)) for name, words in times.items() if getattr(ready, name) is not None)
    told = told.removesuffix("s") if told.startswith("1 ") else told
    return f"{told}, another part" if ready.other_part else told


def _whom(to: str, skill: str) -> str:
    return {"owner": "the same collector first", "team": "the team"}.get(to, f"who can: {skill}")


def _facts(entry: Entry) -> str:
    held = [f"**hold**: {entry.hold}"] if entry.hold else []
    return "; ".join([*held, *(_BECOMES[each] for each in entry.becomes)])


def _skips(skips: dict[str, Skip]) -> Iterator[str]:
    budget = default_settings().desk.skip_budget
    yield "## Skips\n"
    yield f"A collector has {budget} skips a day (`desk.skip_budget`).\n"
    yield _head("reason", "costs", "ready", "to", "not again to the same collector for")
    for name, reason in skips.items():
        barred = f"{reason.barred_days} day{'s' if reason.barred_days > 1 else ''}" if reason.barred_days else ""
        skill = "the language, else the team"
        yield _cells(
            f"{reason.title}<br>`{name}`",
            reason.cost or "nothing",
            _ready(reason.ready),
            _whom(reason.to, skill),
            barred or "stays with them",
        )
    yield ""


def _questions(fields: Iterable[Field]) -> Iterator[str]:
    yield "## Questions\n"
    yield _head("question", "field", "answer", "what to know")
    for field in fields:
        answers = ", ".join(f"{words} (`{value}`)" for value, words in field.choices) or field.kind
        yield _cells(field.label, f"`{field.name}`", answers, field.help)
    yield ""


def _head(*names: str) -> str:
    return f"| {' | '.join(names)} |\n|{'---|' * len(names)}"


def _cells(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"
