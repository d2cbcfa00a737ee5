"""Links, sessions and keys: each works once, or until it ends, and only its hash is kept."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from arrears.errors import Refused, WrongUse
from serving.people import access
from serving.people.people import add_person, disable_person
from serving.people.sign_ins import Person, who_is

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
JUST = timedelta(microseconds=1)


def test_a_link_opens_a_session(database):
    cookie = access.sign_in(database, access.new_link_token(database, now=NOW), now=NOW)
    assert who_is(database, cookie, now=NOW) == Person("manager", "manager")


def test_a_link_works_until_just_before_it_expires(database):
    token = access.new_link_token(database, now=NOW)
    assert access.sign_in(database, token, now=NOW + access.LINK_LASTS - JUST) is not None


def test_a_link_does_not_work_from_its_expiry_on(database):
    token = access.new_link_token(database, now=NOW)
    assert access.sign_in(database, token, now=NOW + access.LINK_LASTS) is None


def test_of_many_clicks_at_once_one_gets_in(database):
    token = access.new_link_token(database, now=NOW)
    with ThreadPoolExecutor(8) as many:
        cookies = list(many.map(lambda _: access.sign_in(database, token, now=NOW), range(8)))
    assert sum(cookie is not None for cookie in cookies) == 1


def test_a_session_lasts_until_just_before_its_end(database):
    cookie = access.sign_in(database, access.new_link_token(database, now=NOW), now=NOW)
    assert who_is(database, cookie, now=NOW + access.SESSION_LASTS - JUST) is not None
    assert who_is(database, cookie, now=NOW + access.SESSION_LASTS) is None


def test_signing_out_twice_changes_nothing(database):
    cookie = access.sign_in(database, access.new_link_token(database, now=NOW), now=NOW)
    for _ in range(2):
        access.sign_out(database, cookie, now=NOW)
        assert who_is(database, cookie, now=NOW) is None


def test_a_disabled_person_is_nobody(database):
    cookie = access.sign_in(database, access.new_link_token(database, now=NOW), now=NOW)
    with database.begin() as connection:
        connection.execute(text("UPDATE people SET disabled_at = :now"), {"now": NOW})
    assert who_is(database, cookie, now=NOW) is None


def test_a_key_is_the_services_own(database):
    key = access.new_key(database, now=NOW)
    assert who_is(database, key, now=NOW + timedelta(days=29)) == Person("service", "manager")
    assert who_is(database, key, now=NOW + access.KEY_LASTS) is None


def test_no_secret_is_kept(database):
    token = access.new_link_token(database, now=NOW)
    cookie, key = access.sign_in(database, token, now=NOW), access.new_key(database, now=NOW)
    with database.connect() as connection:
        kept = str(connection.execute(text("SELECT t::text FROM sign_in_tokens t")).all())
        kept += str(connection.execute(text("SELECT s::text FROM sessions s")).all())
    for secret in (token, cookie, key):
        assert secret not in kept


def test_a_link_and_a_key_are_somebodys_own(database):
    add_person(database, "ana", "collector", collector_id="C01", who="test", now=NOW)
    cookie = access.sign_in(database, access.new_link_token(database, now=NOW, person="ana"), now=NOW)
    for secret in (cookie, access.new_key(database, now=NOW, person="ana")):
        assert who_is(database, secret, now=NOW) == Person("ana", "collector", "C01")


@pytest.mark.parametrize("make", [access.new_link_token, access.new_key])
def test_nobody_lets_a_stranger_in(database, make):
    with pytest.raises(WrongUse, match="nobody of that name"):
        make(database, now=NOW, person="ana")


@pytest.mark.parametrize("make", [access.new_link_token, access.new_key])
def test_nobody_lets_a_disabled_person_in(database, make):
    add_person(database, "ana", "auditor", who="test", now=NOW)
    disable_person(database, "ana", who="test", now=NOW)
    with pytest.raises(Refused, match="disabled since"):
        make(database, now=NOW, person="ana")


def test_a_link_made_before_somebody_was_disabled_opens_nothing_even_when_they_are_back(database):
    add_person(database, "ana", "auditor", who="test", now=NOW)
    token = access.new_link_token(database, now=NOW, person="ana")
    disable_person(database, "ana", who="test", now=NOW)
    add_person(database, "ana", "auditor", who="test", now=NOW)
    assert access.sign_in(database, token, now=NOW) is None


def test_a_service_of_an_earlier_version_becomes_a_manager(database):
    with database.begin() as connection:
        connection.execute(
            text("INSERT INTO people (person, role, added_at) VALUES ('service', 'strategist', :now)"), {"now": NOW}
        )
    assert who_is(database, access.new_key(database, now=NOW), now=NOW).role == "manager"
