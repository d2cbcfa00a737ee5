"""Work groups in words: what tells one person's groups apart, and nothing that all of them share."""

from __future__ import annotations

from collections.abc import Sequence

from arrears.queues.desk.look_up import Group


def told_apart(groups: Sequence[Group]) -> list[str]:
    """Each group's client, and its currency and side of charge-off where the person's groups differ in them.

    Examples
    --------
    >>> one = Group("bank/USD", "bank", "USD", False, ("A1",))
    >>> over = Group("bank/USD/charged_off", "bank", "USD", True, ("A2",))
    >>> told_apart([one]), told_apart([one, over])
    (['bank'], ['bank, before charge-off', 'bank, after charge-off'])
    """
    currencies, sides = ({getattr(each, name) for each in groups} for name in ("currency", "charged_off"))
    return [
        ", ".join(
            filter(
                None,
                (
                    each.client,
                    each.currency if len(currencies) > 1 else "",
                    ("after charge-off" if each.charged_off else "before charge-off") if len(sides) > 1 else "",
                ),
            )
        )
        for each in groups
    ]
