"""A whole working day in a real Chromium, on the service and the commands as they are installed.

A manager finds the night built and shares work out; a collector works by keyboard; a payment comes in; and a promise
that nobody kept is back when its grace is over. The tests are one day: each goes on where the one before ended.
With ARREARS_PICTURES=FOLDER the main screens are kept there as pictures (`make pictures`).
"""

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import ExitStack
from datetime import date
from io import BytesIO
from pathlib import Path
from time import perf_counter

import httpx
import pytest
from PIL import Image
from sqlalchemy import text

from arrears.clock import SystemClock
from arrears.loading import load
from arrears.state.server import connect, own_database
from serving.people import access
from serving.people.people import add_person
from tests.console.conftest import Watched
from tests.console.staged_tests import running, staged
from tests.served import environment, serving, small_models

pytestmark = [pytest.mark.browser]

SCREEN = {"width": 1366, "height": 768}
ANNA = "C01"
PICTURES = os.environ.get("ARREARS_PICTURES")


class Day:
    """The deployment of the day, and who is signed in to it."""

    def __init__(self, folder, engine, registry, lake):
        self.folder, self.engine, self.registry, self.lake = folder, engine, registry, lake
        self.served = self.manager = self.collector = self.night = None
        self.promised = None

    def command(self, *words):
        """What an `arrears` command says, as JSON."""
        told = environment(self.engine, self.lake, self.registry, self.folder)
        line = [str(Path(sys.executable).parent / "arrears"), *words, "--json"]
        done = subprocess.run(line, env=told, cwd=self.folder, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    def stands(self, moment):
        """Move the portfolio's clock: a second load, whose settings say when it is."""
        source = self.folder / "later"
        source.mkdir()
        settings = (self.lake.parent / "source" / "portfolio.toml").read_text()
        (source / "portfolio.toml").write_text(re.sub(r'stands_at = "[^"]*"', f'stands_at = "{moment}"', settings))
        (source / "debtors.csv").write_text("debtor_id,kind\nNEW,person\n")
        load(source, self.lake, SystemClock())

    def rows(self, sql, **values):
        with self.engine.connect() as connection:
            return list(connection.execute(text(sql), values))


@pytest.fixture(scope="module")
def day(browser, postgres, demo_lake, tmp_path_factory):
    folder = tmp_path_factory.mktemp("day")
    shutil.copytree(demo_lake.root.parent, folder / "demo")
    engine = connect(own_database(postgres, f"run{os.getpid()}_day"))
    today = Day(folder, engine, small_models(engine, folder), folder / "demo" / "lake")
    today.night = today.command("night", "--as-of", "2005-09-30")
    add_person(engine, "Anna", "collector", collector_id=ANNA, who="test", now=SystemClock().now())
    with serving(engine, today.lake, today.registry, folder) as served, ExitStack() as closing:
        today.served = served
        anna = access.new_link_token(engine, now=SystemClock().now(), person="Anna")
        for name, link in (("manager", served.first_link), ("collector", f"{served.address}/sign-in?token={anna}")):
            context = browser.new_context(viewport=SCREEN)
            closing.callback(context.close)
            window = Watched(context.new_page(), served.address)
            window.page.goto(link)
            setattr(today, name, window)
        yield today
    engine.dispose()


def picture(window, name, height=SCREEN["height"]):
    """Keep what the window shows, where pictures are asked for; in so few colours that the file stays small."""
    if PICTURES:
        shown = {"x": 0, "y": 0, "width": SCREEN["width"], "height": height}
        with Image.open(BytesIO(window.page.screenshot(full_page=True, clip=shown))) as taken:
            few = taken.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(Path(PICTURES, f"{name}.png"), optimize=True)


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def stored(page, *keys):
    """Press keys, and wait until the desk says what was stored."""
    held = page.get_attribute(".strip", "data-item")
    press(page, *keys)
    page.wait_for_selector(f".strip:not([data-item='{held}']) .receipt")
    return page.inner_text(".receipt")


def test_the_manager_finds_the_night_built(day):
    window = day.manager
    window.open("/")
    told = window.page.inner_text(".head")
    assert "Monday 3 October 2005" in told or "3 Oct 2005" in told
    assert f"served {day.night['served']:,} items" in told
    assert f"held {day.night['held']:,} accounts" in told
    assert window.page.locator("section[aria-labelledby=team] tbody tr").count() == 12


def test_the_manager_puts_work_on_a_collectors_list_in_bulk(day):
    page = day.manager.page
    before = listed(day)
    day.manager.open("/queues?collector=C02&bucket=1-29")
    moved = int(re.search(r"of ([\d,]+) items", page.inner_text(".pager")).group(1).replace(",", ""))
    assert moved > 1
    page.check("input[name=scope][value=all]")
    page.fill("input[name=because]", "C02 is in training")
    page.select_option("select[name=to]", ANNA)
    page.click("button[value=reassign]")
    page.wait_for_selector(".notice.done")
    assert f"{moved} items are on the list of" in page.inner_text(".notice.done")
    assert listed(day) == before + moved
    day.manager.open(f"/queues?collector={ANNA}&sort=balance")
    ticks = page.locator("input[name=item]")
    day.first = {int(ticks.nth(place).get_attribute("value")) for place in range(3)}
    for place in range(3):
        ticks.nth(place).check()
    picture(day.manager, "queues")
    page.fill("input[name=because]", "the largest first")
    page.click("button[value=front]")
    page.wait_for_selector(".notice.done")
    assert "at the front of the list now" in page.inner_text(".notice.done")


def listed(day):
    ((count,),) = day.rows("SELECT count(*) FROM work_items WHERE state = 'ready' AND assigned_to = :c", c=ANNA)
    return count


def test_the_collector_works_ten_items_by_keyboard(day):
    page = day.collector.page
    day.collector.open("/desk")
    press(page, "Enter")
    page.wait_for_selector(".strip")
    items = []

    def now_on_the_desk():
        items.append(int(page.get_attribute(".strip", "data-item")))
        return page.inner_text("h1")

    for key, title in zip("nbvaxwt", NOBODY, strict=True):
        assert f"{now_on_the_desk()}: {title}." in stored(page, "o", key, "Enter")
    picture(day.collector, "desk")
    assert set(items[:3]) == day.first
    day.promised = now_on_the_desk()
    press(page, "1", "o", "p")
    page.keyboard.type("1500")
    press(page, "Tab")
    page.keyboard.type("10052005")
    press(page, "Tab", "Tab", "Space")
    assert f"{day.promised}: Promise to pay." in stored(page, "Enter")
    assert f"{now_on_the_desk()}: Call back. Next: callback" in stored(page, "o", "c", "Enter")
    now_on_the_desk()
    press(page, "s", "Space", "Enter")
    page.wait_for_url(re.compile("did=skip"))
    press(page, "Enter")
    page.wait_for_selector(f".strip:not([data-item='{items[-1]}'])")
    assert len(set(items)) == 10
    assert day.collector.errors == []
    counted = "SELECT count(*) FROM outcomes WHERE work_item_id = ANY (:items) AND collector = :me"
    assert day.rows(counted, items=items, me=ANNA) == [(9,)]
    assert day.rows("SELECT state FROM work_items WHERE work_item_id = :item", item=items[-1]) == [("released",)]


NOBODY = (
    "No answer",
    "Busy",
    "Voicemail",
    "Abandoned",
    "Not in service",
    "Wrong number",
    "Somebody else answered",
)


def payment(number, account, minor):
    row = {"payment_id": f"NOON-{number}", "line": 1, "account_id": account, "paid_on": "2005-10-03"}
    return row | {"amount": f"{minor / 100:.2f}"}


def test_a_payment_takes_its_debtor_off_the_list_within_a_second(day, record_property):
    ready = day.rows(
        "SELECT work_item_id, debtor_id, lead_account_id, balance_minor FROM work_items WHERE state = 'ready' "
        "AND lane = 'pay' AND assigned_to = :me AND balance_minor > 0 ORDER BY place DESC LIMIT 5",
        me=ANNA,
    )
    seconds = []
    with day.served.client() as till:
        for number, (item, debtor, account, balance) in enumerate(ready):
            began = perf_counter()
            answer = till.post("/v1/events/payments", json=payment(number, account, balance))
            seconds.append(perf_counter() - began)
            assert answer.status_code == 200, answer.text
            (effects,) = answer.json()["effects"]
            assert list(effects["withdrawn"]) == [str(item)]
            day.manager.open(f"/queues?q={debtor}")
            assert debtor not in day.manager.page.locator(".who a").all_inner_texts()
            own = day.collector.page.context.request.get(f"{day.served.address}/desk/list")
            assert own.ok
            assert debtor not in own.text()
    record_property("a payment withdraws its item, seconds", round(min(seconds), 3))
    # Where more wants to run than there are processors, everything takes so many times longer.
    crowd = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    assert min(seconds) / crowd < 1


def test_a_payment_during_a_call_is_told_and_leaves_the_screen_alone(day):
    page = day.collector.page
    item, debtor = page.get_attribute(".strip", "data-item"), page.inner_text("h1")
    place = page.locator(".choices").bounding_box()
    ((account, balance, currency),) = day.rows(
        "SELECT lead_account_id, balance_minor, currency FROM work_items WHERE work_item_id = :item", item=item
    )
    with day.served.client() as till:
        (effects,) = till.post("/v1/events/payments", json=payment("call", account, balance)).json()["effects"]
    assert effects["noticed"] == [int(item)]
    page.wait_for_selector(".note", timeout=40_000)
    assert f"A payment of {balance / 100:,.2f} {currency} came" in page.inner_text(".note")
    assert (page.get_attribute(".strip", "data-item"), page.inner_text("h1")) == (item, debtor)
    assert page.locator(".choices").bounding_box() == place
    assert f"{debtor}: No answer." in stored(page, "o", "n", "Enter")


def test_the_manager_sees_what_the_team_did(day):
    day.manager.open("/team")
    row = day.manager.page.locator("tr", has=day.manager.page.locator(f"a[href*='collector={ANNA}&']"))
    told = {name: row.locator(f"td[data-label='{name}']").inner_text() for name in ("Outcomes", "Promised", "Skips")}
    assert told["Outcomes"] == "10"
    assert told["Promised"].split()[0] == "1"
    assert told["Skips"] == "1"
    picture(day.manager, "team")
    day.manager.open("/")
    told = day.manager.page.inner_text("section[aria-labelledby=team] header")
    assert "10 outcomes" in told
    assert "1 promise" in told
    hours = day.manager.page.locator("section[aria-labelledby=hours] tbody th").all_inner_texts()
    assert len(hours) == len(set(hours)) > 1
    picture(day.manager, "today")


def test_a_promise_that_was_not_kept_is_back_when_its_grace_is_over(day):
    """Promised for Wednesday 5 October; the third business day after it is Tuesday 11, as the 10th is a holiday."""
    assert open_items(day, day.promised) == [("promise", "outcome")]
    day.stands("2005-10-12T10:00:00+08:00")
    night = day.command("night", "--as-of", "2005-10-11")
    assert night["served_on"] == "2005-10-12"
    assert open_items(day, day.promised) == [("promise", "night")]
    day.manager.open("/queues?lane=promise")
    assert day.promised in day.manager.page.locator(".who a").all_inner_texts()
    put_on_annas_list(day)
    key = access.new_key(day.engine, now=SystemClock().now(), person="Anna")
    headers = {"Authorization": f"Bearer {key}"}
    claimed = httpx.post(f"{day.served.address}/v1/queues/promise/claim", headers=headers, timeout=60)
    assert claimed.json()["debtor_id"] == day.promised
    day.collector.open("/desk")
    assert day.collector.page.inner_text("h1") == day.promised
    assert "past its day" in day.collector.page.inner_text("section[aria-labelledby=promised]")


def put_on_annas_list(day):
    """The manager gives the promises to whoever took them, as the night may have given them to somebody else."""
    page = day.manager.page
    page.check("input[name=scope][value=all]")
    page.fill("input[name=because]", "whoever took it asks after it")
    page.select_option("select[name=to]", ANNA)
    page.click("button[value=reassign]")
    page.wait_for_selector(".notice.done")


def open_items(day, debtor):
    return day.rows(
        "SELECT lane, made_by FROM work_items WHERE state IN ('ready', 'claimed') AND debtor_id = :debtor",
        debtor=debtor,
    )


def test_the_manager_sees_where_a_test_stands_and_when_it_is_looked_at_next(day):
    """A test of weeks, laid out on the night's debtors; the last of the day, as nights that follow would work it."""
    with day.engine.begin() as connection:
        _, found = running(connection, staged(), through=date(2005, 10, 9), adds={"challenger": 52_000.0})
    (arm,) = found.challengers
    page = day.manager.page
    day.manager.open("/experiments/severity_first/1")
    assert "Keep it running" in page.inner_text("section[aria-labelledby=verdict]")
    told = " ".join(page.inner_text(".standing").split())
    assert "Looks taken 8 of 10" in told
    assert "Next look 16 Oct 2005" in told
    plot = page.locator("figure.chart svg:visible").first
    assert plot.locator(".dot").count() == len(arm.looks) == 8
    words = plot.locator("text").all_text_contents()
    assert {"the challenger wins", "it does harm", "next look 16 Oct 2005"} <= set(words)
    picture(day.manager, "test", height=1190)
