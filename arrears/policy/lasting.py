"""Which contacts count for ever: a request to stop, a wrong number, a word from the debtor do not lapse with the weeks.

Limits of frequency look back over weeks; whoever reads contacts for the rules reads these besides, whatever their age.
"""

from __future__ import annotations

SOMEBODY_ELSE = ("wrong_number", "third_party")
"""What a contact says where somebody else answered: the address or number is not the debtor's."""

LASTING_DISPOSITIONS = ("opted_out", "cease", *SOMEBODY_ELSE)
"""What was asked for, or found out, once and for all."""

SAYS_NOTHING = ("no_answer", "busy", "not_in_service", "wrong_number", "bounced")
"""Results of a contact by which nobody was told anything."""

NO_COMMUNICATION = ("location", "legal_notice", "required_disclosure", "opt_out_confirmation")
"""Purposes that are no communication about the debt. The first that is one lasts: a notice is due from it on."""

LASTING_DIRECTION = "in"
"""The debtor's own words: they show that an address is theirs, and may ask for something."""

# A conversation lasts, too: once somebody talked with the debtor about a debt it may be furnished (12 CFR 1006.30(a)).

LASTING_PURPOSE = "location"
"""A third person is asked once where the debtor is."""
