"""What no source may hold: the traits, the choices with their chances, the true effects, and the world to be worked on.

Truth lies in a folder of its own beside the source. A load reads the source's folder alone and never comes here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from arrears.errors import WrongUse
from arrears.synthetic import columns as to
from arrears.synthetic.book import Book
from arrears.synthetic.contacting import CALL, CHANNELS, EMAIL, LETTER, SMS
from arrears.synthetic.effects import HORIZON_DAYS, effects_of
from arrears.synthetic.parameters import HOURS
from arrears.synthetic.people import NEVER
from arrears.synthetic.policy import VERSION, Decisions, late_groups
from arrears.synthetic.setting import Setting, setting
from arrears.synthetic.sink import Sink
from arrears.synthetic.world import World

_WORLD = "world.json"


@dataclass(frozen=True)
class Truth:
    """Writes the truth of a world into its folder."""

    made: Setting
    book: Book
    sink: Sink

    def people(self) -> None:
        """Traits of every debtor, and whose numbers the numbers really are."""
        people, numbers = self.made.people, self.made.numbers
        self.sink.add(
            "traits",
            {
                "debtor_id": self.book.debtors,
                "willing": pa.array(people.willing),
                "warmth": pa.array(people.warmth),
                "answering": pa.array(people.answering),
                "hours": to.words(HOURS, people.hours),
                "prickly": pa.array(people.prickly),
                "first_number_theirs": pa.array(numbers.theirs[:, 0]),
                "second_number_theirs": pa.array(numbers.theirs[:, 1]),
                "stopped_on": to.where(people.stopped_on < NEVER, to.dates(self.book.first_day, people.stopped_on)),
            },
        )

    def decisions(self, decided: Decisions, day: int) -> None:
        """The choices of a day, with the chance of each."""
        rows = len(decided.group)
        first = self.made.accounts.group_start[decided.group]
        numbers = pa.array(decided.group * len(CHANNELS) + decided.channel).cast(pa.string())
        self.sink.add(
            "decisions",
            {
                "decision_id": to.prefixed(f"L{day}", numbers),
                "happened_on": to.dates(self.book.first_day, np.full(rows, day)),
                "debtor_id": self.book.debtors.take(pa.array(self.made.accounts.group_debtor[decided.group])),
                "client": self.book.clients_of(first),
                "channel": to.words(CHANNELS, decided.channel),
                "hour": pa.array(decided.hour.astype(np.int8)),
                "chosen": pa.array(decided.chosen),
                "chosen_with_probability": pa.array(decided.probability),
                "explored": pa.array(decided.explored),
                "kept_with_probability": pa.array(decided.kept_with),
                "strategy": to.same(VERSION, rows),
            },
        )

    def effects(self, world: World) -> None:
        """What each action would do on the first morning after the history, for everybody who is late."""
        groups = late_groups(world)
        best = np.argmax(self.made.hour_shares, axis=1)[self.made.people.hours[self.made.accounts.group_debtor[groups]]]
        found = effects_of(world, groups, hours=best)
        call = found[CALL]
        messages = {
            f"{CHANNELS[channel]}_effect": pa.array(found[channel].effect_minor / 100)
            for channel in (SMS, EMAIL, LETTER)
        }
        first = self.made.accounts.group_start[groups]
        rows = {
            "as_of": to.dates(self.book.first_day, np.full(len(groups), world.day)),
            "debtor_id": self.book.debtors.take(pa.array(self.made.accounts.group_debtor[groups])),
            "client": self.book.clients_of(first),
            "best_hour": pa.array(best.astype(np.int8)),
            "horizon_days": pa.repeat(pa.scalar(HORIZON_DAYS), len(groups)),
            "expected_without": pa.array(call.without_minor / 100),
            "expected_with_call": pa.array((call.without_minor + call.effect_minor) / 100),
            "right_party_probability": pa.array(call.reach),
            "talk_effect": pa.array(call.talk_minor / 100),
            "call_effect": pa.array(call.effect_minor / 100),
        }
        self.sink.add("effects", rows | messages)

    def world(self, world: World) -> None:
        """How the world stands after its history, so that it can be worked on from there."""
        made = self.made
        asked = {"world": made.name, "debtors": made.debtors, "days": made.days, "seed": made.seed, "drift": made.drift}
        (self.sink.folder / _WORLD).write_text(json.dumps(asked, indent=2) + "\n", encoding="utf-8")
        (self.sink.folder / "canaries.txt").write_text("\n".join(self.book.names) + "\n", encoding="utf-8")
        world.save(self.sink.folder)


def open_world(truth: Path) -> World:
    """The world of a truth folder, on the first morning after its history.

    Raises
    ------
    WrongUse : the folder holds no world.
    """
    file = truth / _WORLD
    if not file.exists():
        raise WrongUse(
            asked=f"open the world in {truth}",
            found=f"no {_WORLD} there",
            do="Name the truth folder that arrears synthetic wrote.",
        )
    asked = json.loads(file.read_text(encoding="utf-8"))
    made = setting(
        name=asked["world"], debtors=asked["debtors"], days=asked["days"], seed=asked["seed"], drift=asked["drift"]
    )
    return World.opened(truth, made)
