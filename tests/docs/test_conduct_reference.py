"""The rule reference is whole: every number, limit and case stands in it, in tables that Markdown can show."""

import re

import pytest

from arrears.policy.rules import RULES
from tests.docs.conduct_reference import Register, conduct_page, every_case, every_register
from tests.docs.conduct_words import CONDITIONS, SUBJECTS

PAGE = conduct_page("")
SECTIONS = re.split(r"^## ", PAGE, flags=re.MULTILINE)


def test_every_register_number_has_one_heading_in_order():
    headings = [section[:5] for section in SECTIONS[2:]]
    assert headings == sorted({rule.id for rule in RULES} | {"FL-01"})


def test_no_word_of_the_page_is_for_a_number_or_condition_that_is_gone():
    assert sorted(SUBJECTS) == [register.number for register in every_register()]
    assert sorted(CONDITIONS) == sorted({rule.condition for rule in RULES if rule.condition})


@pytest.mark.parametrize("register", list(every_register()), ids=lambda register: register.number)
def test_a_section_holds_all_of_its_number(register: Register):
    section = next(section for section in SECTIONS if section.startswith(f"{register.number}:"))
    assert [rule.code for rule in register.rules if f"(`{rule.code}`)" not in section] == []
    assert [limit.clause for _, limit in register.limits if f"]({limit.link})" not in section] == []
    assert any(limit.verify for _, limit in register.limits) == ("***to confirm***" in section)
    cases = section.partition("| case |")[2].splitlines()[2:]
    assert len([line for line in cases if line]) == len(register.cases)


def test_every_case_belongs_to_a_number():
    assert {case.rule for case in every_case()} <= {register.number for register in every_register()}


def test_every_row_has_as_many_cells_as_its_head():
    tables = re.findall(r"(?:^\|.*\n)+", PAGE, re.MULTILINE)
    widths = [{len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()} for table in tables]
    assert [width for width in widths if len(width) > 1] == []


def test_every_entry_of_the_contents_leads_to_its_heading():
    lines = [section.partition("\n")[0] for section in SECTIONS[1:]]
    headings = {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in lines}
    assert set(re.findall(r"\]\(#([^)]*)\)", PAGE)) <= headings
