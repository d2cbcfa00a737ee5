"""A desk on a book of its own, after a night of its own."""

from arrears.queues.strategy import strategy
from serving.deployment import Deployment
from serving.night.nightly import run_night
from tests.demo_day import DemoClock
from tests.night.any_book import AS_OF, loaded
from tests.serving.desk_day import MONDAY, Desk, MovedPresent, book


def fresh_desk(folder, engine, no_registry, *, debtors, **more):
    """So many debtors in Taiwan, each with one account, on a Monday morning after their night."""
    lake = loaded(folder, "TW", book(debtors, **more))
    run_night(engine, lake, no_registry, AS_OF, strategy("severity"), clock=DemoClock())
    present = MovedPresent(lake.root, at=MONDAY)
    return Desk(Deployment(places=None, engine=engine, registry=None, champions=None, present=present))
