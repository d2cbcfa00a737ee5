"""One debtor who owes more than a sum can hold does not keep a test from being read."""

from datetime import date

import pytest

from arrears.experiments import enrolments, kept_sums, life, records
from arrears.experiments.totals import totals
from tests.experiments.smallest_night import smallest_night
from tests.experiments.test_read_and_act import BY, DESIGN, NAMES, NOW, amounts, lake_after
from tests.night.desk_book import DAY
from training.experiments.daily import PRIMARY
from training.experiments.reading import read_test

MOST = 2**40 - 1


@pytest.mark.parametrize(("owed", "kept"), [(MOST, MOST), (MOST + 1, MOST), (9e15, MOST), (-9e15, -MOST)])
def test_a_balance_beyond_what_a_sum_holds_counts_as_the_largest(database, tmp_path, owed, kept):
    arms = {name: ("champion", "challenger")[place % 2] for place, name in enumerate(NAMES)}
    before = dict.fromkeys(NAMES, 1000.0) | {"D1": float(owed)}
    with database.begin() as connection:
        life.plan(connection, DESIGN, evidence={}, **BY)
        life.start(connection, records.find(connection, "simple"), because="ready", **BY)
        test = records.find(connection, "simple")
        who = [
            enrolments.Enrolled(test.experiment_id, name, arms[name], name, "", {"balance_before_minor": before[name]})
            for name in NAMES
        ]
        enrolments.enrol(connection, smallest_night(connection), DAY, who)
    lake = lake_after(tmp_path, amounts(arms, champion=10, challenger=12), last=date(2026, 6, 29))
    found = read_test(database, lake, test, at=NOW)
    (look,) = found.readout.challengers[0].looks
    assert sum(look.debtors) == len(NAMES)
    with database.connect() as connection:
        (moments,) = kept_sums.by_day(connection, test.experiment_id, PRIMARY).values()
    champion = totals(moments, "champion")
    owed_together = champion.count * champion.means[champion.column("balance_before_minor")]
    assert owed_together == pytest.approx(kept + 1000.0 * (champion.count - 1), rel=1e-12)
