"""A slow, plain reading of whether promises were kept: payments in the order of their days, each spent by hand."""

from fractions import Fraction

from arrears.clock import add_business_days
from tests.book import Row
from tests.reference_delinquency import View, loose_payments, payments


def promises(view: View) -> list[Row]:
    """Every standing promise of the debtor with what it got and its status."""
    books: dict[tuple[str, str], list[Row]] = {}
    for promise, account_ids in _promised(view):
        owner = view.account(account_ids[0])
        rules = view.settings.for_client(owner["client"]).promises
        country = view.settings.portfolio.country or None
        grace_ends_on = add_business_days(promise["due_on"], rules.grace_business_days, country)
        row = promise | {"grace_ends_on": grace_ends_on, "kept_share": rules.kept_share}
        books.setdefault((owner["client"] or "", owner["currency"]), []).append(row)
    return [row for book, rows in books.items() for row in _consumed(view, book, rows)]


def _promised(view: View) -> list[tuple[Row, list[str]]]:
    own = [
        (row, [one["account_id"]]) for one in view.accounts() for row in view.of_account("promises", one["account_id"])
    ]
    if view.one_book():
        everyone = [one["account_id"] for one in view.accounts()]
        own += [(row, everyone) for row in view.of_debtor("promises")]
    return [
        (row, ids)
        for row, ids in own
        if row["made_on"] <= view.as_of and not (row["cancelled_on"] and row["cancelled_on"] <= view.as_of)
    ]


def _consumed(view: View, book: tuple[str, str], rows: list[Row]) -> list[Row]:
    """Pay promises as the money comes in: each payment goes to the oldest promise that still waits for it."""
    came = [
        row
        for one in view.accounts()
        if (one["client"] or "", one["currency"]) == book
        for row in payments(view, one["account_id"])
    ]
    came += loose_payments(view) if view.one_book() else []
    oldest_first = sorted(rows, key=lambda row: (row["made_on"], row["due_on"], row["promise_id"]))
    kept = {promise["promise_id"]: 0 for promise in rows}
    for payment in sorted(came, key=lambda row: row["paid_on"]):
        rest = payment["amount_minor"]
        for promise in oldest_first:
            if promise["made_on"] <= payment["paid_on"] <= promise["grace_ends_on"]:
                taken = min(rest, promise["amount_minor"] - kept[promise["promise_id"]])
                kept[promise["promise_id"]] += taken
                rest -= taken
    got = [(promise, kept[promise["promise_id"]]) for promise in oldest_first]
    return [promise | {"kept_minor": minor, "status": _status(view, promise, minor)} for promise, minor in got]


def _status(view: View, promise: Row, kept: int) -> str:
    if view.as_of <= promise["grace_ends_on"]:
        return "open"
    if kept >= promise["amount_minor"] * Fraction(str(promise["kept_share"])):
        return "kept"
    return "partly_kept" if kept else "broken"
