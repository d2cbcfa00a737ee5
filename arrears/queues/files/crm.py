"""Items as tasks of a customer relationship system: one task an item, found again by its external id."""

from __future__ import annotations

from collections.abc import Sequence

from arrears.queues.files.cells import local
from arrears.queues.files.listing import Listing, listing
from arrears.queues.files.spreadsheet import sentences
from arrears.queues.item import WorkItem
from arrears.state.closed import WITHOUT_CONTACT

COLUMNS = (
    "external_id",
    "subject",
    "type",
    "status",
    "priority",
    "due_on",
    "owner",
    "debtor_id",
    "accounts",
    "client",
    "lane",
    "bucket",
    "description",
    "channels",
    "allowed_until",
    "as_of",
    "work_group",
)

_SUBJECTS = {
    "pay": "Ask for payment",
    "callback": "Call back as agreed",
    "promise": "Ask about the promise",
    "dispute": "Work on the dispute",
    "skip_trace": "Find a number or address",
    "hardship": "Talk about hardship",
    "inbound": "Finish what the debtor called about",
    "payer": "Follow up with the payer",
    "attorney": "Write to the attorney",
    "estate": "Work with the estate",
    "specialist": "Handle with special care",
    "legal_review": "Review for legal action",
    "placement_review": "Review for placement",
}
HIGH_SHARE, NORMAL_SHARE = 0.2, 0.7
"""The first fifth of the list is high, the last three tenths low."""


def crm_list(items: Sequence[WorkItem], zone: str) -> Listing:
    """The tasks, best first.

    Parameters
    ----------
    items : as the second look left them.
    zone : in whose clock hours are written.
    """
    return listing("crm", COLUMNS, [_task(item, at / len(items), zone) for at, item in enumerate(items)])


def _task(item: WorkItem, share: float, zone: str) -> list[object]:
    return [
        f"arrears-{item.work_item_id}",
        f"{_SUBJECTS[item.lane]}: {item.debtor_id}",
        "Review" if item.lane in WITHOUT_CONTACT else "Contact",
        "Open",
        "High" if share < HIGH_SHARE else "Normal" if share < NORMAL_SHARE else "Low",
        item.judged_for,
        item.assigned_to,
        item.debtor_id,
        " ".join(item.accounts),
        item.client,
        item.lane,
        item.bucket,
        "; ".join(filter(None, (item.because, *sentences(item)))),
        " ".join(dict.fromkeys(way["channel"] for way in item.ways)),
        local(item.allowed_until.isoformat() if item.allowed_until else None, zone),
        item.as_of,
        item.work_group,
    ]
