"""Who is liable for an account on a day, and which talks were with one of them: right-party contacts.

`parties` says whose part is liable and for how long. An account's primary debtor is liable unless `parties` says
otherwise; any other role only where `parties` has it so: a guarantor, or a patient who is the one that owes.
"""

from __future__ import annotations

import ibis
from ibis import ir

from features.columns import DEBTOR_KEY, KEY, NO, days_after
from features.facts import Facts

_CONTACT = (*DEBTOR_KEY, "contact_id")


def right_parties(facts: Facts, spoken: ir.Table) -> ir.Table:
    """The contacts in which a verified liable party spoke: debtor_id, as_of and contact_id.

    Parameters
    ----------
    spoken : talks with a verified party: debtor_id, as_of, contact_id, account_id, verified_party and days_ago. One
        that names no account is about any of the debtor's.
    """
    spoken = spoken.select(*_CONTACT, "account_id", "verified_party", on=days_after(spoken.as_of, -spoken.days_ago))
    if "parties" not in facts.present:
        return spoken.filter(spoken.verified_party == "primary").select(*_CONTACT)
    loose = spoken.filter(spoken.account_id.isnull()).drop("account_id")
    loose = loose.join(facts.stands.select(*KEY, "debtor_id"), list(DEBTOR_KEY)).select(*spoken.columns)
    about = ibis.union(spoken.filter(spoken.account_id.notnull()), loose)
    parts = facts.parties.select(*KEY, "role", "liable", "starts_on", "ends_on", "party_id", account_debtor="debtor_id")
    beside = about.left_join(parts, [about[name] == parts[name] for name in KEY])
    beside = beside.select(
        *(about[name] for name in about.columns),
        *(parts[name] for name in ("role", "liable", "party_id", "account_debtor")),
        in_force=(parts.starts_on.isnull() | (parts.starts_on <= about.on))
        & (parts.ends_on.isnull() | (parts.ends_on >= about.on)),
    )
    by_role = beside.in_force & beside.liable & (beside.role == beside.verified_party)
    cleared = beside.in_force & ~beside.liable & (beside.party_id == beside.account_debtor)
    told = beside.group_by([*_CONTACT, "account_id", "verified_party"]).agg(
        is_liable=by_role.any(), is_cleared=cleared.any()
    )
    primary = (told.verified_party == "primary") & ~told.is_cleared.fill_null(NO)
    return told.filter(told.is_liable.fill_null(NO) | primary).select(*_CONTACT).distinct()
