"""A slow, plain reading of whether promises were kept: one pass over promises, money taken by hand."""

from datetime import timedelta

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
    line = [
        (row["paid_on"], row["amount_minor"])
        for one in view.accounts()
        if (one["client"] or "", one["currency"]) == book
        for row in payments(view, one["account_id"])
    ]
    if view.one_book():
        line += [(row["paid_on"], row["amount_minor"]) for row in loose_payments(view)]
    stop, latest, told = 0, None, []
    for promise in sorted(rows, key=lambda row: (row["made_on"], row["due_on"], row["promise_id"])):
        latest = max(filter(None, (latest, promise["grace_ends_on"])))
        start = max(stop, _until(line, promise["made_on"] - timedelta(days=1)))
        kept = min(max(_until(line, promise["grace_ends_on"]) - start, 0), promise["amount_minor"])
        stop = min(start + promise["amount_minor"], _until(line, latest))
        told.append(promise | {"kept_minor": kept, "status": _status(view, promise, kept)})
    return told


def _until(line: list[tuple], day) -> int:
    return sum(amount for paid_on, amount in line if paid_on <= day)


def _status(view: View, promise: Row, kept: int) -> str:
    if view.as_of <= promise["grace_ends_on"]:
        return "open"
    if kept * 1000 >= promise["amount_minor"] * round(promise["kept_share"] * 1000):
        return "kept"
    return "partly_kept" if kept else "broken"
