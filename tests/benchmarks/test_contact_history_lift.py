"""How far contacts and promises lift the forecast of payments in the usual world, out of time and by debtor."""

from __future__ import annotations

from datetime import timedelta

import pytest

from arrears.clock import SystemClock
from arrears.lake import Lake
from arrears.loading import load
from arrears.synthetic import make
from tests.benchmarks.sizes import sized
from tests.synthetic.contact_lift import lift, past_due_rows

pytestmark = [pytest.mark.bench, pytest.mark.slow, pytest.mark.timeout(3600)]

DEBTORS, DAYS, LEARNT_FROM, TESTED_DAYS = sized((6_000, 400, 150, 100), (500, 260, 150, 50))
LEAST = 0.08


@pytest.mark.parametrize("seed", sized([5, 9, 21], [5]))
def test_contacts_and_promises_lift_the_forecast_of_payments(tmp_path, seed, record_property):
    """The pattern of Sanchez, Maldonado and Vairetti (2022), whose AUC went from 0.723 to 0.834."""
    made = make(tmp_path / "book", tmp_path / "truth", debtors=DEBTORS, days=DAYS, seed=seed)
    load(made.source, tmp_path / "lake", SystemClock())
    first = made.setting.calendar.on(0)
    day = {name: first + timedelta(days=ahead) for name, ahead in (("from", LEARNT_FROM), ("to", DAYS - 1))}
    rows = past_due_rows(Lake(tmp_path / "lake"), first=day["from"], last=day["to"])
    found = lift(rows, test_from=first + timedelta(days=DAYS - TESTED_DAYS))
    record_property(
        f"AUC of payment within 10 days, seed {seed} ({found.rows:,} rows)",
        f"{found.without:.3f} without contacts and promises, {found.beside:.3f} with (published 0.723 and 0.834)",
    )
    record_property(
        f"lift, seed {seed} (asked: {LEAST})",
        f"{found.gain.estimate:.4f} ({found.gain.low:.4f} to {found.gain.high:.4f})",
    )
    assert found.gain.estimate >= LEAST
    assert found.gain.low > LEAST / 2
