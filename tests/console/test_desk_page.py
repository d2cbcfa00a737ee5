"""A collector's day by plain forms, as a browser without script sends them."""

import re
from datetime import datetime, timedelta
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from arrears.queues.next.asked import asks
from arrears.queues.next.entries import entries
from arrears.queues.next.fields import FIELDS
from serving.console.desk_form import ELSEWHERE

HTML = {"Accept": "text/html"}


class Page(HTMLParser):
    """What a page says, and what its forms would send."""

    def __init__(self, answer):
        super().__init__()
        self.status, self.address = answer.status_code, str(answer.url)
        self.text, self.fields, self._form, self._silent = "", {}, "", 0
        self.raw = answer.text
        self.feed(answer.text)
        self.text = re.sub(r"\s+", " ", self.text)

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        self._silent += tag in ("script", "style")
        if tag == "form":
            self._form = told["action"]
        if tag == "input":
            form = "/outcome" if told.get("form") == "outcome" else self._form
            ticked = told.get("type") not in ("radio", "checkbox") or "checked" in told
            if ticked:
                self.fields.setdefault(form.rpartition("/")[2], {}).setdefault(told["name"], []).append(
                    told.get("value") or ""
                )

    def handle_endtag(self, tag):
        self._silent -= tag in ("script", "style")

    def handle_data(self, data):
        if not self._silent:
            self.text += f" {data}"


class Browser:
    """Opens pages and sends forms as one collector."""

    def __init__(self, collector):
        self.client = collector.client

    def open(self, path="/desk"):
        return Page(self.client.get(path, headers=HTML))

    def send(self, path, fields=None):
        answer = self.client.post(path, data=fields or {}, headers=HTML, follow_redirects=True)
        return Page(answer)

    def outcome(self, page, disposition, *, then="next", **typed):
        """What a browser sends where this outcome is ticked and these answers are typed."""
        fields = page.fields["outcome"] | {"disposition": disposition, "then": then} | typed
        return self.send(f"/desk/items/{item_of(page)}/outcome", fields)


def item_of(page):
    return re.search(r"/desk/items/(\d+)/outcome", page.raw).group(1)


@pytest.fixture(scope="module")
def collector(desks):
    return desks.collector()


@pytest.fixture(scope="module")
def browser(collector):
    return Browser(collector)


@pytest.fixture
def page(browser):
    """A debtor on the desk."""
    return browser.send("/desk/next")


def debtor_of(page):
    return re.search(r"D\d{5}", page.text).group(0)


def test_a_desk_begins_with_one_button(desks):
    page = Browser(desks.collector()).open()
    assert "Ready when you are" in page.text
    assert "Next debtor" in page.text
    assert not re.search(r"D\d{5}", page.text), "nobody is shown before the collector asks"


def test_a_debtor_comes_with_all_that_a_talk_needs(page):
    for words in (
        "Call until 21:00",
        "Their clock",
        "Taipei",
        "+886 900",
        "Verify first",
        "May I speak with D",
        "Ask for 2 of: full name",
        "Stop the roll",
        "Become current",
        "Pay it all",
        "Why now",
        "Last contacts",
        "Talking points",
        "Somebody else, or voicemail",
        "facts of 30 Sep 2005",
    ):
        assert words in page.text, words


def test_no_page_of_the_desk_says_how_a_debtor_was_ranked(page):
    for word in ("propensity", "champion", "value_at_risk", "priority", "probability", "Pays", "Rolls "):
        assert word not in page.text


def test_the_file_of_ones_own_debtor_says_neither_by_which_strategy_nor_by_which_arm(browser, page):
    file = browser.open(f"/debtors/{debtor_of(page)}")
    assert (file.status, "May we, now?" in file.text) == (200, True)
    for words in ("value_at_risk", "Why this rank", "its arm of a test"):
        assert words not in file.text, words


def test_looking_again_shows_the_same_debtor(browser, page):
    assert debtor_of(browser.open()) == debtor_of(page)


def test_nobody_reached_is_stored_and_the_next_debtor_comes(browser, page):
    then = browser.outcome(page, "no_answer")
    assert f"Stored. {debtor_of(page)}: No answer. Next: to pay, Mon 3 Oct 2005, 14:" in then.text
    assert "4 What came of it" in then.text
    assert f"May I speak with {debtor_of(page)}" not in then.text


def test_storing_and_stopping_gives_nobody(browser, page):
    then = browser.outcome(page, "busy", then="stop")
    assert "Ready when you are" in then.text
    assert f"Stored. {debtor_of(page)}: Busy." in then.text


def test_a_promise_begins_with_what_stops_the_roll_on_the_next_business_day(page):
    fields = page.fields["outcome"]
    assert float(fields["amount_minor"][0]) > 0
    assert fields["due_on"] == ["2005-10-04"]


def test_a_promise_is_kept_for_its_day(desks, collector, browser, page):
    then = browser.outcome(page, "promise", verified_party="primary", amount_minor="1,250.50", method="verbal")
    assert f"{debtor_of(page)}: Promise to pay. Back on Tue 11 Oct 2005" in then.text
    (row,) = desks.rows(
        "SELECT row ->> 'amount' AS amount, row ->> 'due_on' AS due_on FROM source_events "
        "WHERE source_table = 'promises' AND account_id = :account",
        account=debtor_of(page).replace("D", "A"),
    )
    assert (row.amount, row.due_on) == ("1250.50", "2005-10-04")


def test_a_promise_too_far_away_is_mended_in_its_place(browser, page):
    wrong = browser.outcome(page, "promise", verified_party="primary", due_on="2006-06-01", method="verbal")
    assert wrong.status == 422
    assert "Not stored yet." in wrong.text
    assert "A promise is at most 30 days away" in wrong.text
    assert wrong.fields["outcome"]["due_on"] == ["2006-06-01"], "what was typed stands there again"
    assert wrong.fields["outcome"]["disposition"] == ["promise"]
    assert "Stored." in browser.outcome(wrong, "promise", due_on="2005-10-06").text


def test_an_amount_that_is_none_is_told_how_to_be_written(browser, page):
    wrong = browser.outcome(page, "promise", verified_party="primary", amount_minor="lots", method="verbal")
    assert "Write the amount in TWD, as 1250 or 1250.50." in wrong.text


def test_a_promise_of_nobody_verified_is_not_stored(browser, page):
    assert "Who was verified is missing" in browser.outcome(page, "promise", method="verbal").text


def test_an_outcome_must_be_chosen(browser, page):
    assert "Choose what came of it." in browser.outcome(page, "").text


def test_a_callback_is_agreed_on_in_the_debtors_time_and_listed(browser, page):
    forbidden = browser.outcome(page, "callback", callback_at="2005-10-03T22:30")
    assert "At that hour nobody may be called" in forbidden.text
    then = browser.outcome(forbidden, "callback", callback_at="2005-10-03T16:45")
    assert f"{debtor_of(page)}: Call back. Next: callback, Mon 3 Oct 2005, 16:45." in then.text
    assert f"16:45 {debtor_of(page)}" in then.text, "the callbacks of the day stand beside the form"


def test_an_attorney_asks_for_name_and_way_and_holds(desks, browser, page):
    missing = browser.outcome(page, "attorney")
    assert "Name is missing" in missing.text
    then = browser.outcome(missing, "attorney", contact_name="A. Counsel", contact_details="by letter")
    assert f"{debtor_of(page)}: Has an attorney. Next: attorney" in then.text
    holds = desks.rows(
        "SELECT row ->> 'kind' AS kind FROM source_events WHERE source_table = 'holds' AND debtor_id = :debtor",
        debtor=debtor_of(page),
    )
    assert [hold.kind for hold in holds] == ["attorney"]


@pytest.mark.parametrize(
    ("disposition", "typed", "kind"),
    [
        ("cease", {"form": "oral"}, "cease"),
        ("bankruptcy", {"chapter": "7"}, "bankruptcy"),
        ("deceased", {"told_by": "family"}, "deceased"),
    ],
)
def test_what_the_law_hears_holds_at_once(desks, browser, page, disposition, typed, kind):
    browser.outcome(page, disposition, **typed)
    holds = desks.rows(
        "SELECT row ->> 'kind' AS kind FROM source_events WHERE source_table = 'holds' AND debtor_id = :debtor",
        debtor=debtor_of(page),
    )
    assert [hold.kind for hold in holds] == [kind]


def test_sending_a_form_twice_stores_one_outcome(desks, browser, page):
    browser.outcome(page, "voicemail", then="stop")
    again = browser.outcome(page, "voicemail", then="stop")
    assert again.status == 200
    (count,) = desks.rows("SELECT count(*) FROM outcomes WHERE work_item_id = :item", item=int(item_of(page)))
    assert count == (1,)


def test_a_skip_takes_one_of_the_days_and_language_none(browser, page):
    before = int(re.search(r"(\d) skips? left", page.text).group(1))
    stopped = browser.send(f"/desk/items/{item_of(page)}/skip", {"reason": "too_hard"})
    assert "Passed over" in stopped.text
    page = browser.send("/desk/next")
    assert f"{before - 1} skip" in page.text
    browser.send(f"/desk/items/{item_of(page)}/skip", {"reason": "language"})
    assert f"{before - 1} skip" in browser.send("/desk/next").text


def test_what_is_put_off_needs_a_moment_ahead_and_a_reason(browser, page):
    item = item_of(page)
    wrong = browser.send(f"/desk/items/{item}/snooze", {"until": "2005-10-01T10:00", "because": "later"})
    assert "A moment that has passed" in wrong.text
    stopped = browser.send(f"/desk/items/{item}/snooze", {"until": "2005-10-04T10:00", "because": "asked for tomorrow"})
    assert "Put off" in stopped.text


def test_what_is_given_back_needs_a_reason(browser, page):
    item = item_of(page)
    assert "A reason of 0 characters" in browser.send(f"/desk/items/{item}/release", {"because": " "}).text
    assert "Given back." in browser.send(f"/desk/items/{item}/release", {"because": "knows me"}).text


def test_a_payment_during_the_call_is_told_and_moves_nothing(desks, browser, page):
    sql = """
        INSERT INTO work_item_events (work_item_id, at, did, by, because, detail)
        VALUES (:item, :at, 'noticed', 'events', 'payments', '{"amount": "5000.00", "status": "posted"}')
    """
    from sqlalchemy import text

    with desks.engine.begin() as connection:
        at = connection.execute(
            text("SELECT taken_at FROM leases WHERE work_item_id = :item AND ended_at IS NULL"), {"item": item_of(page)}
        ).scalar_one() + timedelta(seconds=1)
        connection.execute(text(sql), {"item": item_of(page), "at": at})
    again = browser.open()
    assert "A payment of 5,000.00 TWD came." in again.text
    assert debtor_of(again) == debtor_of(page)


def test_the_list_says_how_much_waits_and_not_whom(browser):
    page = browser.open("/desk/list")
    assert "ready on your list" in page.text
    assert "item" in page.text


def test_the_last_contacts_are_shown_by_whoever_made_them(desks, browser, page):
    sql = """
        INSERT INTO contact_ledger (contact_id, debtor_id, at, channel, direction, disposition, recorded_at, source)
        VALUES (:id, :debtor, :at, 'call', 'out', 'voicemail', :at, 'lake')
    """
    from sqlalchemy import text

    at = datetime.fromisoformat("2005-09-28T15:10:00+08:00")
    with desks.engine.begin() as connection:
        connection.execute(text(sql), {"id": "seen", "debtor": debtor_of(page), "at": at})
    assert "28 Sep 2005, 15:10 call: voicemail" in browser.open().text


def test_a_manager_without_a_list_is_told_so(desks):
    with desks.served.client() as manager:
        page = Page(manager.get("/desk", headers=HTML))
    assert (page.status, "You work no list" in page.text) == (200, True)


def test_every_outcome_shows_the_questions_that_it_asks():
    style = files("serving.console").joinpath("static/desk.css").read_text(encoding="utf-8")
    for disposition in entries():
        is_asked = any(field.name not in ELSEWHERE for field in asks(disposition))
        rule = f'.outcome:has(#o-{disposition}:checked) .ask[data-for~="{disposition}"]'
        assert rule in style or not is_asked, disposition


def test_every_question_can_be_asked():
    kinds = {field.kind for field in FIELDS.values()}
    assert kinds <= {"choice", "flag", "date", "moment", "money", "count", "text", "accounts"}


@pytest.fixture
def somebody(desks):
    """A debtor whom nobody has on the desk, with an account and a number."""
    (row,) = desks.rows(
        "SELECT debtor_id, lead_account_id FROM work_items WHERE state = 'ready' ORDER BY work_item_id DESC LIMIT 1"
    )
    return row.debtor_id, row.lead_account_id, f"0900 0{row.debtor_id[1:3]} {row.debtor_id[3:]}"


@pytest.fixture
def answering(desks):
    """A collector at the telephone, nobody on the desk."""
    return Browser(desks.collector())


@pytest.mark.parametrize("which", [1, 2], ids=["account", "number"])
def test_who_calls_in_is_opened_at_once(answering, somebody, which):
    page = answering.send("/desk/lookup", {"said": somebody[which], "reason": "called"})
    assert debtor_of(page) == somebody[0]
    assert "They called" in page.text
    assert "nothing to dial" in page.text
    then = answering.outcome(page, "promise", verified_party="primary", method="verbal", then="stop")
    assert f"{somebody[0]}: Promise to pay." in then.text


def test_a_caller_whom_a_colleague_works_is_put_through(browser, answering, page):
    said = debtor_of(page).replace("D", "A")
    then = answering.send("/desk/lookup", {"said": said, "reason": "called"})
    assert "works this debtor right now" in then.text
    assert "They are calling in right now" in browser.open().text


def test_a_caller_nobody_knows_is_told_so(answering):
    then = answering.send("/desk/lookup", {"said": "0900 999 999", "reason": "called"})
    assert "Nobody is known by this account or number" in then.text
    nonsense = answering.send("/desk/lookup", {"said": "somebody", "reason": "called"})
    assert "Not opened." in nonsense.text


def test_a_look_up_needs_a_reason(answering, somebody):
    assert "Not opened." in answering.send("/desk/lookup", {"said": somebody[1], "reason": ""}).text
