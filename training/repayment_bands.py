"""Bands around the expected share of repayment: fitted on answers given before anyone knew, checked on newer ones.

One set of bands for each currency, as a balance has no size without one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from models.bands import Bands
from models.scorer import Floats
from training.conformal import coverage_by_group, decile_edges, fit_bands
from training.evaluate import Interval, mean_difference
from training.examples import Places
from training.repayment_rows import Repayments

COVERAGE = 0.9
LEAST_ROWS = 300
"""Rows of a currency below which it has no bands: thirty to a tenth of the balances."""


def bands_by_currency(rows: Repayments, edges_from: Places, fitted_on: Places, expected: Floats) -> dict[str, Bands]:
    """Bands of every currency with enough rows.

    Parameters
    ----------
    edges_from : rows whose balances part the tenths: those the model was fitted on.
    fitted_on, expected : rows it was not fitted on, and the shares it expected of them.
    """
    currency, balance = rows.examples.column("currency").astype(str), rows.balance
    found = {}
    for name in np.unique(currency[fitted_on]).tolist():
        own = currency[fitted_on] == name
        if own.sum() >= LEAST_ROWS:
            chosen = fitted_on[own]
            edges = decile_edges(balance[edges_from][currency[edges_from] == name])
            found[name] = fit_bands(
                rows.share[chosen], expected[own], balance[chosen], edges, coverage=COVERAGE, least=0.0, most=1.0
            )
    return found


def covered(rows: Repayments, bands: Mapping[str, Bands], test: Places, expected: Floats) -> list[dict[str, Any]]:
    """How often newer shares lay in their bands, in every tenth of the balances of every currency.

    Returns
    -------
    list : one document per currency and tenth: `currency`, `from_balance`, `to_balance`, `rows`, `share` with its 95 %
        interval by debtor (`low`, `high`), and the mean `width`.
    """
    currency, told = rows.examples.column("currency")[test].astype(str), []
    for name, own_bands in bands.items():
        own = currency == name
        truth, said, balance = rows.share[test][own], expected[own], rows.balance[test][own]
        debtors = rows.examples.debtors[test][own]
        low, high = own_bands.around(said, balance)
        inside, group = ((low <= truth) & (truth <= high)).astype(float), own_bands.group(balance)
        for place, each in zip(np.unique(group), coverage_by_group(own_bands, truth, said, balance), strict=True):
            interval = _share(inside[group == place], debtors[group == place])
            told.append({"currency": name, **asdict(each), "low": interval.low, "high": interval.high})
    return told


def _share(inside: Floats, debtors: npt.NDArray[np.int64]) -> Interval:
    return mean_difference(inside, np.zeros(len(inside)), debtors, rounds=400)
