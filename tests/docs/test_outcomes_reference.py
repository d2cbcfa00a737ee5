"""The outcome reference is whole: every outcome, case, skip and question stands in it."""

import re

from arrears.queues.next.entries import book
from arrears.queues.next.fields import FIELDS
from tests.docs.outcomes_reference import outcomes_page
from tests.docs.reference import REFERENCE, reference_pages

PAGE = outcomes_page("")


def test_the_page_is_what_the_outcomes_say_now():
    page = REFERENCE / "outcomes.md"
    assert page.read_text(encoding="utf-8") == reference_pages()[page], "run: make docs"


def test_every_outcome_skip_and_question_is_told():
    told = book()
    assert [name for name in (*told.outcomes, *told.skips) if f"<br>`{name}` |" not in PAGE] == []
    assert [name for name in FIELDS if f"| `{name}` |" not in PAGE] == []
    assert PAGE.count("| … ") == sum(len(entry.when) for entry in told.outcomes.values())


def test_every_row_has_as_many_cells_as_its_head():
    for table in re.findall(r"(?:^\|.*\n)+", PAGE, re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1
