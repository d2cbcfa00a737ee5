"""Every feature, computed slowly and plainly for one account on one day: the oracle of the compiled ones."""

import math
import statistics
from collections.abc import Callable
from datetime import UTC, timedelta

from tests.book import Row, end_of
from tests.reference_delinquency import (
    View,
    applied,
    charges,
    loose_payments,
    payments,
    pool,
    rank_of,
    standing,
    statements,
)
from tests.reference_promises import promises

Answer = float | None


def features(view: View, account_id: str) -> dict[str, Answer]:
    """All features of the account, by name."""
    return {
        **_account(view, account_id),
        **_delinquency(view, account_id),
        **_payments(view, account_id),
        **_contacts(view, account_id),
        **_promises(view),
        **_debtor(view, account_id),
    }


def share(part: float | None, total: float | None) -> Answer:
    return part / total if part is not None and total is not None and total > 0 else None


def _sum(rows: list[Row], name: str = "amount_minor") -> int:
    return sum(row[name] for row in rows)


def _cycles(view: View, account_id: str) -> list[Row]:
    """The last six statements, newest first, each with what the one before it asked and what was paid in between."""
    rules = view.rules(account_id).delinquency
    rows = sorted(statements(view, account_id), key=lambda row: row["cycle_end"])
    told = []
    for before, row in zip([None, *rows], rows, strict=False):
        late = row["cycles_past_due"]
        late = rank_of(row["days_past_due"], rules.edges) if late is None else min(max(late, 0), 7)
        has_status = row["days_past_due"] is not None or row["cycles_past_due"] is not None
        settled = has_status and (view.as_of - row["cycle_end"]).days >= rules.status_settles_days
        paid = None
        if before:
            own = payments(view, account_id)
            paid = _sum([one for one in own if before["cycle_end"] < one["paid_on"] <= row["cycle_end"]])
        told.append(row | {"before": before, "paid": paid, "late": late if settled else None})
    return told[::-1][:6]


def _account(view: View, account_id: str) -> dict[str, Answer]:
    row, stands = view.account(account_id), standing(view, account_id, gated=False)
    bills = [cycle["balance_minor"] for cycle in _cycles(view, account_id)]
    known = [bill for bill in bills if bill is not None]
    last, previous = (*bills, None, None)[:2]
    dues = charges(view, account_id) if "dues" in view.book else []
    kinds = {
        "due_invoiced_minor": ("invoice", "instalment"),
        "due_fee_minor": ("fee",),
        "due_penalty_minor": ("penalty",),
        "due_interest_minor": ("interest",),
    }
    return {
        "balance_minor": stands["balance_minor"],
        "credit_limit_minor": row["credit_limit_minor"],
        "limit_use_share": share(stands["balance_minor"], row["credit_limit_minor"]),
        "limit_use_change_1_cycle": _minus(
            share(last, row["credit_limit_minor"]), share(previous, row["credit_limit_minor"])
        ),
        "bill_last_minor": last,
        "bill_previous_minor": previous,
        "bill_mean_6_cycles_minor": statistics.fmean(known) if known else None,
        "bill_max_6_cycles_minor": max(known, default=None),
        "bill_change_1_cycle_minor": _minus(last, previous),
        "days_since_opened": (view.as_of - row["opened_on"]).days,
        "days_since_placed": (view.as_of - row["placed_on"]).days
        if row["placed_on"] and row["placed_on"] <= view.as_of
        else None,
        **{name: _sum([due for due in dues if due["kind"] in which]) for name, which in kinds.items()},
        "due_fee_penalty_share": share(_sum([due for due in dues if due["kind"] in ("fee", "penalty")]), _sum(dues)),
        "days_since_last_due": min(
            ((view.as_of - (due["issued_on"] or due["due_on"])).days for due in dues), default=None
        ),
        "due_last_minor": _newest_due(dues),
    }


def _newest_due(dues: list[Row]) -> Answer:
    if not dues:
        return None
    newest = max(due["issued_on"] or due["due_on"] for due in dues)
    return _sum([due for due in dues if (due["issued_on"] or due["due_on"]) == newest])


def _minus(left: Answer, right: Answer) -> Answer:
    return None if left is None or right is None else left - right


def _delinquency(view: View, account_id: str) -> dict[str, Answer]:
    stands = standing(view, account_id, gated=False)
    cycles = _cycles(view, account_id)
    late = [cycle["late"] for cycle in cycles if cycle["late"] is not None]
    last, previous = (*late, None, None)[:2]
    since = next((place for place, cycles_late in enumerate(late) if cycles_late > 0), None)
    return {
        "days_past_due": stands["days_settled"],
        "past_due_balance_share": share(stands["past_due_settled_minor"], stands["balance_minor"]),
        "past_due_minor": stands["past_due_settled_minor"],
        "cycles_late_last": last,
        "cycles_late_previous": previous,
        "cycles_late_max_6_cycles": max(late, default=None),
        "cycles_late_count_6_cycles": sum(one > 0 for one in late),
        "cycles_late_change_1_cycle": _minus(last, previous),
        "cycles_since_late": since,
    }


def _payments(view: View, account_id: str) -> dict[str, Answer]:
    paid = [row | {"ago": (view.as_of - row["paid_on"]).days} for row in payments(view, account_id)]
    cycles = _cycles(view, account_id)
    balance = standing(view, account_id, gated=False)["balance_minor"]

    def within(days: int) -> list[Row]:
        return [row for row in paid if row["ago"] < days]

    def count(condition: Callable[[Row, int], bool], asked: str) -> int:
        rows = [cycle for cycle in cycles if cycle["before"] and (cycle["before"][asked] or 0) > 0]
        return sum(condition(cycle, cycle["before"][asked]) for cycle in rows)

    def of_bill(back: int) -> Answer:
        if len(cycles) <= back or not cycles[back]["before"]:
            return None
        return share(cycles[back]["paid"], cycles[back]["before"]["balance_minor"])

    ratios = [ratio for ratio in (of_bill(back) for back in range(6)) if ratio is not None]
    last = min((row["ago"] for row in paid), default=None)
    quarter = _sum(within(90))
    mine = view.of_account("payments", account_id)
    mine = mine + (view.of_debtor("payments") if len(view.accounts()) == 1 else [])
    mine = [row for row in mine if row["reverses"] is None]
    mine = [row for row in mine if row["paid_on"] <= view.as_of]
    return {
        **{f"paid_{days}d_minor": _sum(within(days)) for days in (30, 60, 90, 180, 365)},
        **{f"paid_count_{days}d": len(within(days)) for days in (90, 365)},
        "days_since_last_paid": last,
        "paid_last_minor": _sum([row for row in paid if row["ago"] == last]) if paid else None,
        "paid_balance_share_90d": share(quarter, quarter + max(balance or 0, 0)),
        "paid_bill_share_last": of_bill(0),
        "paid_bill_share_previous": of_bill(1),
        "paid_bill_share_before_previous": of_bill(2),
        "paid_bill_share_mean_6_cycles": statistics.fmean(min(ratio, 1.0) for ratio in ratios) if ratios else None,
        "paid_full_count_6_cycles": count(lambda cycle, bill: cycle["paid"] >= bill, "balance_minor"),
        "paid_minimum_count_6_cycles": count(lambda cycle, least: cycle["paid"] >= least, "minimum_due_minor"),
        "paid_below_minimum_count_6_cycles": count(lambda cycle, least: cycle["paid"] < least, "minimum_due_minor"),
        "returned_count_365d": len(
            [row for row in mine if row["status"] == "returned" and (view.as_of - row["paid_on"]).days < 365]
        ),
    }


def _contacts(view: View, account_id: str) -> dict[str, Answer]:
    cutoff = end_of(view.as_of, view.settings.portfolio.zone)
    rows = [row for one in view.accounts() for row in view.of_account("contacts", one["account_id"])]
    rows = [row for row in rows + view.of_debtor("contacts") if row["at"] <= cutoff]
    end = math.floor(cutoff.timestamp())
    rows = [row | {"ago": (end - math.floor(row["at"].astimezone(UTC).timestamp())) // 86_400} for row in rows]
    tried = [row for row in rows if row["direction"] == "out"]
    spoken = [
        row
        for row in rows
        if row["channel"] in ("call", "visit")
        and row["conversation"] in (None, True)
        and any(_is_liable(view, row, one) for one in view.accounts() if row["account_id"] in (None, one["account_id"]))
    ]

    def count(which: list[Row], days: int) -> int:
        return sum(row["ago"] < days for row in which)

    calls = [row for row in tried if row["channel"] == "call" and row["ago"] < 90]
    called = [row["contact_id"] for row in calls]
    inbound = [row for row in rows if row["direction"] == "in"]
    results = {
        told: [row for row in rows if row["disposition"] == told] for told in ("voicemail", "third_party", "refused")
    }
    notices = [row for row in view.of_account("notices", account_id) if row["sent_on"] <= view.as_of]
    ages = [(view.as_of - row["sent_on"]).days for row in notices]
    return {
        **{f"contact_attempt_count_{days}d": count(tried, days) for days in (7, 30, 90)},
        **{f"rpc_count_{days}d": count(spoken, days) for days in (30, 90)},
        "letter_count_365d": count([row for row in tried if row["channel"] == "letter"], 365),
        **{f"inbound_count_{days}d": count(inbound, days) for days in (7, 30, 90)},
        "portal_visit_count_30d": count([row for row in inbound if row["channel"] == "portal"], 30),
        "voicemail_count_30d": count(results["voicemail"], 30),
        "third_party_count_90d": count(results["third_party"], 90),
        "refused_count_90d": count(results["refused"], 90),
        "days_since_last_inbound": min((row["ago"] for row in inbound), default=None),
        "days_since_last_refused": min((row["ago"] for row in results["refused"]), default=None),
        "days_since_last_rpc": min((row["ago"] for row in spoken), default=None),
        "days_since_last_contact_attempt": min((row["ago"] for row in tried), default=None),
        "call_answered_share_90d": share(sum(row["connect"] == "answered" for row in calls), len(calls)),
        "rpc_share_90d": share(sum(row["contact_id"] in called for row in spoken), len(calls)),
        "notice_count_365d": sum(age < 365 for age in ages),
        "notice_level_max": max((row["level"] for row in notices if row["level"] is not None), default=None),
        "days_since_last_notice": min(ages, default=None),
    }


def _is_liable(view: View, contact: Row, account: Row) -> bool:
    """Whether who was verified owed the account on the day of the talk."""
    on = view.as_of - timedelta(days=contact["ago"])
    parties = [
        party
        for party in view.of_account("parties", account["account_id"])
        if (party["starts_on"] or on) <= on <= (party["ends_on"] or on)
    ]
    if any(party["liable"] for party in parties if party["role"] == contact["verified_party"]):
        return True
    primary = [party["liable"] for party in parties if party["debtor_id"] == account["debtor_id"]]
    return contact["verified_party"] == "primary" and all(primary)


def _promises(view: View) -> dict[str, Answer]:
    rows = promises(view)
    over = [row for row in rows if row["status"] != "open"]
    half_year = [row for row in over if (view.as_of - row["grace_ends_on"]).days <= 180]
    year = [row for row in over if (view.as_of - row["grace_ends_on"]).days <= 365]
    return {
        "promise_count_365d": sum((view.as_of - row["made_on"]).days < 365 for row in rows),
        "promise_kept_share_180d": share(sum(row["status"] == "kept" for row in half_year), len(half_year)),
        "promise_kept_share": share(sum(row["status"] == "kept" for row in over), len(over)),
        "promise_broken_count_180d": sum(row["status"] == "broken" for row in half_year),
        "promise_kept_amount_share_365d": share(_sum(year, "kept_minor"), _sum(year)) if year else None,
        "promise_open_minor": _sum([row for row in rows if row["status"] == "open"]),
        "days_since_last_promise": min(((view.as_of - row["made_on"]).days for row in rows), default=None),
    }


def _debtor(view: View, account_id: str) -> dict[str, Answer]:
    accounts = [row["account_id"] for row in view.accounts()]
    stands = [standing(view, one, gated=False) for one in accounts]
    balances = [row["balance_minor"] for row in stands if row["balance_minor"] is not None]
    ages = [(view.as_of - row["paid_on"]).days for one in accounts for row in payments(view, one)]
    recent = [row for one in accounts for row in payments(view, one) if (view.as_of - row["paid_on"]).days < 90]
    answers: dict[str, Answer] = {
        "debtor_account_count": len(accounts),
        "debtor_past_due_account_count": sum((row["days_settled"] or 0) > 0 for row in stands),
        "debtor_days_past_due_max": max(
            (r["days_settled"] for r in stands if r["days_settled"] is not None), default=None
        ),
        "debtor_balance_minor": sum(balances) if balances else None,
        "debtor_days_since_last_paid": min(ages, default=None),
        "debtor_paid_90d_minor": _sum(recent),
    }
    return answers | (_habit(view, account_id) if "dues" in view.book else {})


def _habit(view: View, account_id: str) -> dict[str, Answer]:
    dues = [due for one in view.accounts() for due in settled_dues(view, one["account_id"])]
    paid = [due for due in dues if due["is_paid"]]
    late = [due for due in paid if due["days_to_pay"] > 0]
    unpaid = [due for due in dues if not due["is_paid"]]
    overdue = [due for due in unpaid if due["due_on"] < view.as_of]
    days = [due["days_to_pay"] for due in paid]
    last = max((due["settled_on"] for due in paid), default=None)
    weights = [(math.exp(-(view.as_of - due["settled_on"]).days / 60), due["days_to_pay"] > 0) for due in paid]

    def late_within(window: int) -> Answer:
        rows = [due for due in paid if (view.as_of - due["settled_on"]).days < window]
        return share(sum(due["days_to_pay"] > 0 for due in rows), len(rows))

    mean = statistics.fmean(due["amount_minor"] for due in dues) if dues else None
    invoiced = _account(view, account_id)["due_invoiced_minor"]
    return {
        "debtor_due_count": len(dues),
        "debtor_due_settled_count": len(paid),
        "debtor_late_share": share(len(late), len(paid)),
        "debtor_late_share_90d": late_within(90),
        "debtor_late_share_180d": late_within(180),
        "debtor_late_known_share": share(len(late) + len(overdue), len(paid) + len(overdue)),
        "debtor_late_smoothed_share": sum(weight * late for weight, late in weights)
        / sum(weight for weight, _ in weights)
        if weights
        else None,
        "debtor_days_late_mean": statistics.fmean(days) if days else None,
        "debtor_days_late_median": statistics.median(days) if days else None,
        "debtor_days_late_max": max(days, default=None),
        "debtor_days_late_last": statistics.fmean(d["days_to_pay"] for d in paid if d["settled_on"] == last)
        if paid
        else None,
        "debtor_open_minor": sum(due["left"] for due in unpaid),
        "debtor_past_due_minor": sum(due["left"] for due in overdue),
        "debtor_past_due_count": len(overdue),
        "debtor_due_mean_minor": mean,
        "due_to_mean_share": share(invoiced, mean),
    }


def settled_dues(view: View, account_id: str) -> list[Row]:
    """The ageing dues of an account, each with the day on which the money that pays it had come in."""
    filled = _fillings(view, account_id)
    told = []
    for due in (due for due in applied(view, account_id) if due["ages"]):
        named = [row for row in payments(view, account_id) if row["due_id"] == due["due_id"]]
        named.sort(key=lambda row: (row["paid_on"], row["payment_id"], row["line"]))
        settled_on = None
        if due["is_paid"] and due["named"] >= due["needed"]:
            settled_on = _reached([(row["paid_on"], row["amount_minor"]) for row in named], due["needed"])
        elif due["is_paid"]:
            own = _reached(filled, due["before"] + due["needed"] - due["named"])
            own = own or max((row["paid_on"] for row in loose_payments(view)), default=None)
            settled_on = max([own, *(row["paid_on"] for row in named)])
        days = None if settled_on is None else (settled_on - due["due_on"]).days
        told.append(due | {"settled_on": settled_on, "days_to_pay": days})
    return told


def _fillings(view: View, account_id: str) -> list[tuple]:
    """Money that joins the account's pool, in the order of its days."""
    room = {due["due_id"]: due["amount_minor"] for due in charges(view, account_id)}
    events = []
    for row in sorted(payments(view, account_id), key=lambda row: (row["paid_on"], row["payment_id"], row["line"])):
        taken = min(room.get(row["due_id"], 0), row["amount_minor"])
        if row["due_id"] in room:
            room[row["due_id"]] -= taken
        events.append((row["paid_on"], row["amount_minor"] - taken))
    credited = [due for due in view.of_account("dues", account_id) if due["amount_minor"] < 0]
    events += [(min(due["issued_on"] or due["due_on"], view.as_of), -due["amount_minor"]) for due in credited]
    assert sum(amount for _, amount in events) == pool(view, account_id)
    return sorted(events)


def _reached(events: list[tuple], target: int):
    total = 0
    for day, amount in events:
        total += amount
        if total >= target:
            return day
    return None
