"""What an item says of its rank when something else than the night makes it: test, arm, strategy and versions.

A night tells them on every account that it judged. So an item that is carried over, made by an event or opened for
somebody who calls says what the night says now, and nothing of a test that has ended meanwhile.
"""

from __future__ import annotations

from typing import Any

from arrears.queues.holdout import HOLDOUT
from arrears.queues.item import JudgedAccount, Night


def of_account(night: Night, account: JudgedAccount) -> dict[str, Any]:
    """Columns of an item whose lead account this is."""
    strategy = night.strategy_of(account.experiment, account.arm)
    told = {
        "experiment": account.experiment,
        "arm": account.arm,
        "strategy_name": strategy["name"],
        "strategy_version": strategy["version"],
    }
    labels = night.model_labels(account.arm_model)
    for head, model in (("propensity", night.propensity_model), ("roll_rate", night.roll_rate_model)):
        told |= {f"{head}_model": model, f"{head}_version": labels[model].removeprefix(f"{model}/")}
    return told


def in_sql(account: str, *, label: str | None = None, was: str | None = None) -> dict[str, str]:
    """The same as SQL, by column.

    Parameters
    ----------
    account : row of `night_accounts`; beside it stands `n`, its night.
    label : row with `experiment` and `arm`; None: the account's.
    was : the item before, whose place in the random holdout stays; None: there is none.

    Examples
    --------
    >>> in_sql("a")["arm"]
    'a.arm'
    """
    by = label or account
    of_arm = f"part ->> 'test' = {by}.experiment AND part ->> 'arm' = {by}.arm"
    told = {}
    for name in ("name", "version"):
        own = f"SELECT part -> 'strategy' ->> '{name}' FROM jsonb_array_elements(n.experiments) AS part WHERE {of_arm}"  # noqa: S608 - our own words
        told[f"strategy_{name}"] = f"coalesce(({own}), n.strategy_{name})"
    for head in ("propensity", "roll_rate"):
        told[f"{head}_model"] = f"n.{head}_model"
        told[f"{head}_version"] = (
            f"CASE WHEN split_part({account}.arm_model, '/', 1) = n.{head}_model "
            f"THEN split_part({account}.arm_model, '/', 2) ELSE n.{head}_version END"
        )
    for name in ("experiment", "arm"):
        kept = f"CASE WHEN {was}.experiment = '{HOLDOUT}' THEN {was}.{name} END" if was else None
        told[name] = f"coalesce({by}.{name}, {kept})" if kept else f"{by}.{name}"
    return told
