"""People: added, disabled and added again; one for each collector; every change in the audit trail."""

from datetime import UTC, datetime, timedelta

import pytest

from arrears.errors import Refused, WrongUse
from arrears.state import audit_trail
from serving.people import access
from serving.people.people import add_person, disable_person, everybody
from serving.people.sign_ins import who_is

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def add(database, name, role, collector_id=None, now=NOW):
    add_person(database, name, role, collector_id=collector_id, who="test", now=now)


def trail(database):
    with database.connect() as connection:
        return [(line["did"], line["subject"], line["who"]) for line in audit_trail.lines(connection, limit=50)]


def test_everybody_is_listed_with_what_they_may_do(database):
    add(database, "ana", "collector", "C01")
    add(database, "bo", "auditor")
    access.new_key(database, now=NOW, person="bo")
    told = [
        (each["person"], each["role"], each["collector_id"], each["sessions"]) for each in everybody(database, now=NOW)
    ]
    assert told == [("ana", "collector", "C01", 0), ("bo", "auditor", None, 1)]


def test_a_name_in_use_is_refused(database):
    add(database, "ana", "auditor")
    with pytest.raises(Refused, match="with role auditor"):
        add(database, "ana", "manager")


def test_whoever_was_disabled_may_be_added_again_as_something_else(database):
    add(database, "ana", "auditor")
    disable_person(database, "ana", who="test", now=NOW)
    add(database, "ana", "collector", "C01", now=NOW + timedelta(days=1))
    assert [(each["role"], each["disabled_at"]) for each in everybody(database, now=NOW)] == [("collector", None)]


def test_disabling_ends_every_session_and_key(database):
    add(database, "ana", "auditor")
    cookie = access.sign_in(database, access.new_link_token(database, now=NOW, person="ana"), now=NOW)
    key = access.new_key(database, now=NOW, person="ana")
    assert disable_person(database, "ana", who="test", now=NOW) == 2
    assert {who_is(database, secret, now=NOW) for secret in (cookie, key)} == {None}


def test_sessions_from_before_stay_ended_when_somebody_is_back(database):
    add(database, "ana", "auditor")
    key = access.new_key(database, now=NOW, person="ana")
    disable_person(database, "ana", who="test", now=NOW)
    add(database, "ana", "auditor")
    assert who_is(database, key, now=NOW) is None


def test_disabling_a_disabled_person_is_refused(database):
    add(database, "ana", "auditor")
    disable_person(database, "ana", who="test", now=NOW)
    with pytest.raises(Refused, match="disabled since"):
        disable_person(database, "ana", who="test", now=NOW)


def test_disabling_a_stranger_is_wrong(database):
    with pytest.raises(WrongUse, match="nobody of that name"):
        disable_person(database, "ana", who="test", now=NOW)


def test_one_person_stands_for_a_collector(database):
    add(database, "ana", "collector", "C01")
    with pytest.raises(Refused, match="somebody else stands"):
        add(database, "bo", "manager", "C01")


def test_a_collector_is_free_again_when_who_stood_for_them_is_disabled(database):
    add(database, "ana", "collector", "C01")
    disable_person(database, "ana", who="test", now=NOW)
    add(database, "bo", "collector", "C01")


@pytest.mark.parametrize(
    ("name", "role", "collector_id"),
    [
        ("ana", "boss", None),
        ("ana", "collector", None),
        ("ana", "auditor", "C01"),
        ("manager", "auditor", None),
        ("service", "collector", "C01"),
        ("", "auditor", None),
        (" ana", "auditor", None),
        ("ana\n", "auditor", None),
        ("a/b", "auditor", None),
        ("a" * 61, "auditor", None),
    ],
)
def test_what_cannot_be_is_wrong_and_adds_nobody(database, name, role, collector_id):
    with pytest.raises(WrongUse):
        add(database, name, role, collector_id)
    assert everybody(database, now=NOW) == []


@pytest.mark.parametrize("name", ["a", "a" * 60, "Ana Lima-O'Hara", "ana@example.org", "Łukasz"])
def test_names_of_people_are_names(database, name):
    add(database, name, "auditor")
    assert [each["person"] for each in everybody(database, now=NOW)] == [name]


def test_every_change_is_in_the_audit_trail(database):
    add(database, "ana", "auditor")
    access.new_link_token(database, now=NOW, person="ana", who="boss")
    access.new_key(database, now=NOW, person="ana", who="boss")
    disable_person(database, "ana", who="test", now=NOW)
    assert trail(database) == [
        ("person.disabled", "ana", "test"),
        ("key.made", "ana", "boss"),
        ("link.made", "ana", "boss"),
        ("person.added", "ana", "test"),
    ]


def test_what_is_refused_is_not_in_the_audit_trail(database):
    add(database, "ana", "auditor")
    for role in ("auditor", "manager"):
        with pytest.raises(Refused):
            add(database, "ana", role)
    assert len(trail(database)) == 1
