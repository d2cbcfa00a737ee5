"""Did it come back alone? The label of a past-due account that nobody contacted within its horizon.

A yes is voluntary money within the horizon that covers what was past due, up to the share at which the house counts a
due as paid: a cure that was paid for, which a re-age or an adjustment is not.

What this selects: an account that was contacted within the horizon is left out, whatever became of it. Those that are
left are whom nobody chose to contact, and who paid before anybody did: the later a house would have called, the more of
those who cure are kept and of those who do not are lost. So the answer lies above what all would do if left alone, and
is nearest to it where few are contacted or the choice was by lot. It is no effect of a call: that is for uplift.
"""

from __future__ import annotations

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from arrears.clock import end_of_day
from arrears.lake import Lake
from training.dataset import Dataset, late, read_dataset
from training.evenings import refuse_without
from training.examples import Examples
from training.trained import TrainRequest

Flags = npt.NDArray[np.bool_]

_STANDS = "uncontacted_stands"
_TRIED = f"""
WITH contacted AS (
    SELECT coalesce(owners.debtor_id, contacts.debtor_id) AS debtor_id, contacts."at" AS tried_at
    FROM contacts
    LEFT JOIN (
        SELECT account_id, debtor_id FROM accounts WHERE NOT deleted AND known_until IS NULL
    ) owners USING (account_id)
    WHERE contacts.direction = 'out' AND NOT contacts.deleted AND contacts.known_until IS NULL
)
SELECT DISTINCT stands.row FROM {_STANDS} stands
JOIN contacted ON contacted.debtor_id = stands.debtor_id AND tried_at > stands.begins AND tried_at <= stands.ends
"""  # noqa: S608 - our own names


def read_uncontacted(lake: Lake, request: TrainRequest) -> Examples:
    """Past-due accounts on the asked days that nobody contacted within the horizon of a mature label.

    Raises
    ------
    Refused : the book has no contacts, so that nobody can tell who was left alone.
    """
    refuse_without(lake, "self_cure", "contacts", "they tell who was left alone")
    data = read_dataset(lake, request, only=late)
    with lake.connect() as con:
        alone = data.rows[~_contacted(con, lake, data)]
    return examples(lake, data, alone)


def examples(lake: Lake, data: Dataset, rows: npt.NDArray[np.intp]) -> Examples:
    """These rows of the panel with their labels."""
    labels = data.labels
    share = np.array(
        [lake.settings.for_client(name).delinquency.paid_share for name in data.panel.column("client")[rows]]
    )
    return Examples(
        panel=data.panel,
        rows=rows,
        y=(labels.collected_minor[rows] >= share * data.late_minor[rows]).astype(float),
        matures_on=labels.matures_on[rows],
        horizon_days=int(labels.horizon_days[rows].max(initial=0)),
        ends=("cured", "not cured"),
        immature=int(np.isnan(labels.paid[labels.needs_minor > 0]).sum()),
        rules=tuple(np.unique(labels.rule[rows].astype(str)).tolist()),
    )


def _contacted(con: duckdb.DuckDBPyConnection, lake: Lake, data: Dataset) -> Flags:
    """(n,) of the labelled rows: whether anybody tried to reach the debtor, by any way, within the horizon."""
    zone, rows = lake.settings.portfolio.zone, data.rows
    as_of = data.panel.as_of[rows]
    ends = as_of + data.labels.horizon_days[rows]
    moments = {day: end_of_day(day.astype(object), zone) for day in np.unique(np.concatenate([as_of, ends]))}
    stands = {
        "row": np.arange(len(rows)),
        "debtor_id": data.panel.positions["debtor_id"].take(pa.array(rows)),
        "begins": pa.array([moments[day] for day in as_of], pa.timestamp("us", "UTC")),
        "ends": pa.array([moments[day] for day in ends], pa.timestamp("us", "UTC")),
    }
    con.register(_STANDS, pa.table(stands))
    tried = con.execute(_TRIED).to_arrow_table()["row"].to_numpy()
    con.unregister(_STANDS)
    contacted = np.zeros(len(rows), dtype=np.bool_)
    contacted[tried] = True
    return contacted
