"""Who may be enrolled into a test: a rule over columns of debtors, and the strata in which arms are dealt."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from arrears.buckets import Bucket
from arrears.experiments.asked_of_new import between, of_length
from arrears.policy.columns import Flags, Words

Client = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$"), of_length(1, 200)]
Minor = Annotated[int, between(-(2**53), 2**53)]


class Cohort(BaseModel):
    """Everybody who may be enrolled.

    Attributes
    ----------
    currency : of all amounts; a test in two currencies would add what does not add.
    buckets : any of them.
    clients : any of them; empty for all.
    entry : only debtors that have come in since the test started (`new`), only those there before (`stock`), or both.
    balance_from_minor, balance_below_minor : the balance's range, the upper end left out.
    balance_bands_minor : edges of the bands by which strata are told.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    buckets: tuple[Bucket, ...] = Field(min_length=1)
    clients: tuple[Client, ...] = ()
    entry: Literal["new", "stock", "both"] = "both"
    balance_from_minor: Minor = 0
    balance_below_minor: Minor | None = None
    balance_bands_minor: tuple[Minor, ...] = ()

    @field_validator("balance_bands_minor")
    @classmethod
    def _rise(cls, edges: tuple[int, ...]) -> tuple[int, ...]:
        if list(edges) != sorted(set(edges)):
            message = f"bands do not rise: {', '.join(map(str, edges))}"
            raise ValueError(message)
        return edges

    def holds(self, *, currency: Any, bucket: Any, client: Any, entry: Any, balance_minor: Any) -> Flags:  # noqa: ANN401 - columns
        """Which debtors may be enrolled.

        Parameters
        ----------
        currency, bucket, client, entry : words, one a debtor; `entry` is `new` or `stock`.
        balance_minor : numbers, one a debtor.

        Examples
        --------
        >>> late = Cohort(currency="USD", buckets=("30-59",), balance_from_minor=5000)
        >>> late.holds(currency=["USD"] * 3, bucket=["30-59", "1-29", "30-59"], client=["C"] * 3, entry=["new"] * 3,
        ...            balance_minor=[5000, 5000, 4999]).tolist()
        [True, False, False]
        """
        balance = np.asarray(balance_minor)
        kept: Flags = (
            (np.asarray(currency) == self.currency)
            & np.isin(np.asarray(bucket), [str(each) for each in self.buckets])
            & (balance >= self.balance_from_minor)
        )
        if self.clients:
            kept &= np.isin(np.asarray(client), self.clients)
        if self.entry != "both":
            kept &= np.asarray(entry) == self.entry
        if self.balance_below_minor is not None:
            kept &= balance < self.balance_below_minor
        return kept

    def meets(self, other: Cohort) -> bool:
        """Whether a debtor could be in both.

        Examples
        --------
        >>> late, later = (Cohort(currency="USD", buckets=(bucket,)) for bucket in ("30-59", "60-89"))
        >>> late.meets(later), late.meets(late)
        (False, True)
        """
        highest = min(
            (each.balance_below_minor for each in (self, other) if each.balance_below_minor is not None), default=None
        )
        lowest = max(self.balance_from_minor, other.balance_from_minor)
        return (
            self.currency == other.currency
            and bool(set(self.buckets) & set(other.buckets))
            and (not self.clients or not other.clients or bool(set(self.clients) & set(other.clients)))
            and (self.entry == other.entry or "both" in (self.entry, other.entry))
            and (highest is None or lowest < highest)
        )

    def stratum(self, by: tuple[str, ...], *, bucket: Any, entry: Any, balance_minor: Any) -> Words:  # noqa: ANN401 - columns
        """The stratum of each debtor, as one word.

        Examples
        --------
        >>> late = Cohort(currency="USD", buckets=("30-59",), balance_bands_minor=(1000, 5000))
        >>> by = ("bucket", "balance_band")
        >>> late.stratum(by, bucket=["30-59"] * 2, entry=["new"] * 2, balance_minor=[999, 5000]).tolist()
        ['30-59 0', '30-59 2']
        """
        band = np.searchsorted(np.asarray(self.balance_bands_minor), np.asarray(balance_minor), side="right")
        columns = {
            "bucket": np.asarray(bucket, dtype=np.str_),
            "entry": np.asarray(entry, dtype=np.str_),
            "balance_band": band.astype(np.str_),
        }
        told = np.full(len(band), "", dtype=np.str_)
        for name in by:
            told = np.char.add(np.char.add(told, " "), columns[name])
        return np.char.strip(told)
