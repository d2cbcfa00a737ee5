"""A world as its house sees it: what the source tables would tell each morning, kept up from what happened.

Nothing here reads what no table tells (traits, moods, lifts): a simulation knows no more than a night over a lake. A
test holds both against each other.
"""

from __future__ import annotations

import numpy as np

from arrears.settings import Settings
from arrears.synthetic.chance import Flags, Ints
from arrears.synthetic.contacting import Contacts
from arrears.synthetic.setting import Setting
from arrears.synthetic.talking import Talk
from arrears.synthetic.world import Happened
from training.simulation.blocks import Blocks
from training.simulation.contacted import Contacted
from training.simulation.promised import Promised
from training.simulation.standing import Standing


class Observed:
    """Everything that is known by the end of the last day seen.

    Parameters
    ----------
    made : the world's setting, of which only the book is read: who owes what, numbers, and how they are recorded.
    settings : the house's, whose grace of promises counts.
    """

    def __init__(self, made: Setting, settings: Settings) -> None:
        self.made = made
        self.standing = Standing(made)
        self.contacted = Contacted(made)
        self.promised = Promised(made, settings.promises.grace_business_days, settings.promises.kept_share)
        self.blocks = Blocks(made)

    @property
    def day(self) -> int:
        """The last day seen."""
        return self.standing.day

    def copy(self) -> Observed:
        """The same that can go its own way from here."""
        other = Observed.__new__(Observed)
        other.made = self.made
        other.standing, other.contacted = self.standing.copy(), self.contacted.copy()
        other.promised, other.blocks = self.promised.copy(), self.blocks.copy()
        return other

    def see(self, happened: Happened) -> None:
        """Take in a day."""
        day, contacts = happened.day, happened.contacts
        disputed = self._disputed(contacts)
        self.standing.begin(day)
        self.contacted.see(day, contacts, happened.turned_up)
        recorded = self.standing.pay(happened.payments)
        self.promised.see(day, happened.promises, recorded)
        self.blocks.see(day, contacts, happened.resolved, disputed)
        self.standing.end_cycles(happened.ends)

    def past_due(self) -> Flags:
        """(accounts,) past due or charged off, and open."""
        everybody = np.arange(len(self.made.accounts))
        return self.standing.position(everybody).bucket_rank > 0

    def past_due_groups(self) -> Ints:
        """Groups with such an account."""
        groups = self.made.accounts.group[np.flatnonzero(self.past_due())]
        return np.asarray(groups[np.diff(groups, prepend=-1) > 0])

    def _disputed(self, contacts: Contacts) -> Ints:
        """Accounts that debtors dispute in the talks of a day: those that were past due in the morning."""
        groups = np.unique(contacts.actions.group[contacts.ending == Talk.DISPUTE])
        accounts, _ = self.made.accounts.of_groups(groups)
        return accounts[self.standing.position(accounts).bucket_rank > 0]
