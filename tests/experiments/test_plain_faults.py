"""Whatever is wrong with a design, the message says where, what is asked and what was found, in plain words."""

import copy
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from pydantic import ValidationError

from arrears import plain_faults
from arrears.errors import BadInput
from arrears.experiments.design import Design, design_of, read_design, read_design_file
from arrears.experiments.example import EXAMPLE
from commands.main import main

FOREIGN = re.compile(
    r"input|field required|extra|permitted|pydantic|instance|tuple|dictionary|a valid |validation|pars|string|integer"
    r"|boolean|literal|enum|fraction|datetime|something else|another form|Errno|codec|(?-i:None|True|False)",
    re.IGNORECASE,
)
"""Words that only a programmer would write."""

ODD: list[Any] = ["x", "", -1, 0, 1.5, True, None, [], {}, [1], ["x"], {"x": 1}, float("nan"), float("inf"), 10**30]
ODD += [date(2026, 1, 1), datetime(2026, 1, 1, 3, tzinfo=UTC), time(3), "a\x00", "x" * 5000, -1e300, "2026-13-45"]
FURTHER = ["predecessor", "staff", "unit", "between_collectors", "cohort.clients", "cohort.entry", "stop.harm"]
FURTHER += ["stop.guardrail_alpha", "guardrails.0.protected", "cohort.balance_from_minor"]


def without(name):
    """The example without a line that begins so."""
    return re.sub(rf"^{re.escape(name)}.*\n", "", EXAMPLE, count=1, flags=re.MULTILINE)


def instead(before, after):
    assert before in EXAMPLE
    return EXAMPLE.replace(before, after, 1)


MALFORMED = {
    "empty": ("", "nothing is written there"),
    "only a remark": ("# later\n", "nothing is written there"),
    "only a name": ('name = "a"', "sentence: missing; salt: missing; arms: missing; cohort: missing"),
    "no TOML": ("name = = 1", "no TOML: .*line 1"),
    "two of one part": (EXAMPLE + '[cohort]\ncurrency = "USD"\n', "no TOML: .*cohort"),
    "an unknown field": ("weeks = 8\n" + EXAMPLE, "weeks: no such field; there are name, version, predecessor"),
    "a misspelt field": (
        instead("horizon_days", "horizon_day"),
        "primary, horizon_day: no such field; horizon_days is",
    ),
    "a misspelt field of an arm": (instead("share = ", "shares = "), "arms 1, shares: no such field; share is meant"),
    "no name": (without("name"), "^name: missing$"),
    "a number as a name": (instead('"earlier_calls"', "7"), "name: must be a text in quotes, and is 7"),
    "a name of two words": (
        instead('"earlier_calls"', '"Earlier calls"'),
        'name: must be small letters a to z, digits and _, a letter first, and is the text "Earlier calls"',
    ),
    "a long name": (
        instead('"earlier_calls"', f'"{"a" * 61}"'),
        "name: must be at most 60 characters, and is 61",
    ),
    "weeks in words": (
        instead("weeks = 8", 'weeks = "eight"'),
        'weeks: must be a whole number, and is the text "eight"',
    ),
    "half weeks": (instead("weeks = 8", "weeks = 8.5"), "enrolment, weeks: must be a whole number, and is 8.5"),
    "no weeks": (instead("weeks = 8", "weeks = 0"), "enrolment, weeks: must be 1 or more, and is 0"),
    "negative debtors": (instead("30_000", "-1"), "enrolment, debtors: must be 2 or more, and is -1"),
    "a negative share": (instead("share = 0.5", "share = -0.5"), "arms 1, share: must be 0 or more, and is -0.5"),
    "a share in percent": (instead("share = 0.5", "share = 50"), "arms 1, share: must be 1 or less, and is 50"),
    "a share in words": (
        instead("share = 0.5", 'share = "half"'),
        'arms 1, share: must be a number, and is the text "half"',
    ),
    "another role": (
        instead('role = "challenger"', 'role = "rival"'),
        'arms 2, role: must be one of champion, challenger, and is the text "rival"',
    ),
    "two arms of one name": (instead('name = "challenger"', 'name = "champion"'), "two arms are named champion"),
    "no champion": (instead('role = "champion"', 'role = "challenger"'), "0 of 2 arms are the champion: one is"),
    "one arm": (
        re.sub(r'\[\[arms\]\]\nname = "challenger".*?\n\n', "", EXAMPLE, flags=re.DOTALL),
        "arms: must be at least 2 of them, and is 1",
    ),
    "arms that are none": (
        "arms = 3\n" + re.sub(r"\[\[arms\]\](.*\n){6}", "", EXAMPLE),
        "arms: must be a list in square",
    ),
    "a date in words": (
        instead("2026-06-01", '"next Monday"'),
        'starts: must be a day, as 2026-06-01.*the text "next Monday"',
    ),
    "a date that is none": (instead("2026-06-01", '"2026-06-31"'), "enrolment, starts: must be a day, as 2026-06-01"),
    "a date as a number": (
        instead("2026-06-01", "20260601"),
        "starts: must be a day, as 2026-06-01, and is 2026",
    ),
    "a date as a number in quotes": (
        instead("2026-06-01", '"1781481600"'),
        'starts: must be a day, as 2026-06-01, and is the text "1781481600"',
    ),
    "a date with a time": (instead("2026-06-01", "2026-06-01T08:00:00Z"), "starts: must be a day without a time"),
    "another bucket": (
        instead('"30-59"', '"30+"'),
        r'cohort, buckets 2: must be one of CURRENT, 1-29, .*the text "30\+"',
    ),
    "a bucket that is no list": (
        instead('["1-29", "30-59", "60-89"]', '"30-59"'),
        'cohort, buckets: must be a list in square brackets, and is the text "30-59"',
    ),
    "a small currency": (instead('"USD"', '"usd"'), "cohort, currency: must be three capital letters, as USD, and is"),
    "another metric": (
        instead('"net_cash"', '"joy"'),
        "primary, metric: joy may not decide a test; there are net_cash",
    ),
    "no effect": (instead("240.0", "0"), "smallest_effect_minor: must be more than 0, and is 0"),
    "an endless effect": (instead("240.0", "inf"), "smallest_effect_minor: must be a finite number, and is inf"),
    "an error of half": (instead("alpha = 0.05", "alpha = 0.5"), "stop, alpha: must be less than 0.5, and is 0.5"),
    "a part that is a text": (
        'stop = "late"\n' + EXAMPLE.split("[stop]")[0],
        "stop: must be a part with fields of its own",
    ),
    "a yes": (
        instead("household_together = true", 'household_together = "maybe"'),
        "household_together: must be true or false, and is the text",
    ),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_design_is_refused_in_plain_words(name):
    text, said = MALFORMED[name]
    with pytest.raises(BadInput) as problem:
        read_design(text)
    assert re.search(said, problem.value.found), problem.value.found
    assert not FOREIGN.search(problem.value.found), problem.value.found
    assert problem.value.do.endswith(".")


def places(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document, and one beside each that is unknown."""
    for name, value in part.items() if isinstance(part, Mapping) else enumerate(part) if isinstance(part, list) else ():
        yield (*path, name)
        yield from places(value, (*path, name))
    if isinstance(part, Mapping):
        yield (*path, "surprise")


def put(document, path, value):
    changed = copy.deepcopy(document)
    part = changed
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    return changed


def every_odd_design():
    document = tomllib.loads(EXAMPLE)
    further = [tuple(int(name) if name.isdigit() else name for name in path.split(".")) for path in FURTHER]
    return [put(document, path, value) for path in [*places(document), *further] for value in ODD]


def complaint(document):
    """What is said of a design; None where it is taken."""
    try:
        design_of(document)
    except BadInput as problem:
        return problem.found
    return None


def test_no_odd_value_anywhere_brings_a_programmers_word():
    said = [found for found in map(complaint, every_odd_design()) if found is not None]
    assert len(said) > 1000
    # What was written is repeated, whatever it is; only the words around it are ours.
    own = {re.sub(r'the text ".*?"|and is \S+', "", found) for found in said}
    assert [found for found in own if FOREIGN.search(found)] == []
    assert max(map(len, said)) < 1000


def test_every_kind_of_fault_has_words_of_its_own():
    kinds = set()
    for document in every_odd_design():
        try:
            Design.model_validate(document)
        except ValidationError as problem:
            kinds |= {fault["type"] for fault in problem.errors()}
    assert kinds - set(plain_faults._ASKED) == {"missing", "extra_forbidden", "value_error"}


def patterns(schema: Any) -> set[str]:
    """Every pattern that a JSON schema asks for."""
    inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    own = {schema["pattern"]} if isinstance(schema, dict) and isinstance(schema.get("pattern"), str) else set()
    return own.union(*map(patterns, inner))


def test_every_pattern_of_a_design_is_told_in_words():
    assert patterns(Design.model_json_schema()) == set(plain_faults.FORMS)


def test_what_follows_from_another_fault_is_not_told():
    assert complaint(tomllib.loads(instead("share = 0.5", 'share = "half"'))) == (
        'arms 1, share: must be a number, and is the text "half"'
    )


def test_a_file_of_another_encoding_and_a_folder_are_told_in_plain_words(tmp_path):
    file = tmp_path / "design.toml"
    file.write_bytes(EXAMPLE.replace("few", "wenige").encode() + b"\xff")
    for path, said in (
        (file, "no text in UTF-8"),
        (tmp_path, "Is a directory"),
        (tmp_path / "no.toml", "No such file"),
    ):
        with pytest.raises(BadInput) as problem:
            read_design_file(path)
        assert problem.value.found.startswith(said)


def test_a_file_that_begins_with_a_byte_order_mark_is_read(tmp_path):
    file = tmp_path / "design.toml"
    file.write_text(EXAMPLE, encoding="utf-8-sig")
    assert read_design_file(file) == read_design(EXAMPLE)


@pytest.mark.parametrize("name", ["empty", "another role", "no champion", "a date in words"])
def test_the_command_says_it_in_three_parts(name, tmp_path, monkeypatch, capsys):
    file = tmp_path / "design.toml"
    file.write_text(MALFORMED[name][0], encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["arrears", "experiment", "plan", str(file), "--lake", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        main()
    said = " ".join(capsys.readouterr().err.split())
    assert ended.value.code == 3
    assert re.search(r"asked: .*found: .*do: ", said)
    assert re.search(MALFORMED[name][1], said)
    assert not FOREIGN.search(said.replace(str(tmp_path), ""))
