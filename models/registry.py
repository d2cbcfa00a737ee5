"""Where fitted models are kept, which version is champion, and how that changes.

Models live in MLflow and can be loaded from there by anyone with plain `mlflow.pyfunc`. Aliases say which version
serves; their history is ours (`models.alias_history`). Training writes here and serving reads here: they meet nowhere
else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from sqlalchemy import Engine

from arrears.clock import Clock, SystemClock
from arrears.errors import Refused, WrongUse
from models.alias_history import AliasHistory, Move, before_last
from models.artifact import Artifact, load
from models.pyfunc import as_pyfunc
from models.tracking import Tracking, lost, unreachable

CHAMPION = "champion"
CHALLENGER = "challenger"
SHADOW = "shadow"
"""Names the version that nights score and log, and never act on."""

_NOTE = "note."

Result = TypeVar("Result")


@dataclass(frozen=True)
class Version:
    """One registered version, without its trees.

    `verdict` is `promote` or `refuse`, with the sentence `because`; `metrics` are those of its out-of-time test, and
    `notes` what was written beside it later, by name.
    """

    name: str
    version: str
    run_id: str
    registered_at: datetime
    aliases: tuple[str, ...]
    verdict: str
    because: str
    metrics: Mapping[str, float]
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Loaded:
    """A registered version, opened."""

    name: str
    version: str
    artifact: Artifact
    folder: Path

    @property
    def label(self) -> str:
        """The model as every decision records it, as `propensity/14`."""
        return f"{self.name}/{self.version}"


class Registry:
    """The models of one deployment.

    Parameters
    ----------
    tracking_uri : MLflow's address, absolute.
    database : where the history of aliases is; None for readers, who cannot move any.
    clock : the moment that a move is dated with.

    Raises
    ------
    RegistryUnreachable : from every method, when MLflow does not answer.
    """

    def __init__(self, tracking_uri: str, database: Engine | None = None, clock: Clock | None = None) -> None:
        self.tracking = Tracking(tracking_uri)
        self._database = database
        self._clock = clock or SystemClock()

    # Reading

    def champion(self, name: str) -> Loaded | None:
        """The version that serves, opened; None where none was ever promoted."""
        version = self.alias(name, CHAMPION)
        return None if version is None else self.load(name, version)

    def champion_version(self, name: str) -> str | None:
        """Number of the version that serves: one cheap question, asked often."""
        return self.alias(name, CHAMPION)

    def alias(self, name: str, alias: str) -> str | None:
        """Number of the version that an alias names; None where it names none."""
        return self._ask(lambda client: str(client.get_model_version_by_alias(name, alias).version), absent=None)

    def load(self, name: str, version: str) -> Loaded:
        """Open one version.

        Raises
        ------
        WrongUse : no such version.
        """
        source = self._ask(lambda client: client.get_model_version(name, version).run_id, absent=None)
        if source is None:
            raise self._no_version(name, version)
        run = self._ask(lambda client: client.get_run(source), absent=None)
        folder = self.tracking.local(f"{run.info.artifact_uri}/model/artifacts/model")
        return Loaded(name=name, version=version, artifact=load(folder), folder=folder)

    def names(self) -> list[str]:
        """Names of the registered models."""
        found: list[Any] = self._ask(lambda client: list(client.search_registered_models()), absent=[])
        return sorted(model.name for model in found)

    def versions(self, name: str) -> list[Version]:
        """Every version of a model, newest first."""
        wanted = f"name = '{_plain_name(name)}'"
        found: list[Any] = self._ask(lambda client: list(client.search_model_versions(wanted)), absent=[])
        held = self._aliases(name)
        return sorted((_version(each, held) for each in found), key=lambda each: -int(each.version))

    def version(self, name: str, version: str) -> Version:
        """One version, without opening it."""
        for each in self.versions(name):
            if each.version == version:
                return each
        raise self._no_version(name, version)

    # Writing

    def register(
        self,
        folder: Path,
        *,
        run_id: str,
        verdict: str,
        because: str,
        metrics: Mapping[str, float] | None = None,
    ) -> str:
        """Store a model folder under a run and register it as the next version of its model.

        Parameters
        ----------
        folder : as `models.artifact.write` made it.
        run_id : the MLflow run that trained it.
        verdict, because : `promote` or `refuse`, and the sentence why; the promotion gate reads them.
        metrics : of the out-of-time test, shown beside the version.

        Returns
        -------
        str : the new version's number.
        """
        artifact = load(folder)
        client = self.tracking.client
        with TemporaryDirectory() as scratch:
            client.log_artifacts(run_id, str(as_pyfunc(folder, Path(scratch))), "model")
        self._ensure_model(artifact)
        tags = {"verdict": verdict, "because": because}
        tags |= {f"metric.{key}": repr(float(value)) for key, value in (metrics or {}).items()}
        made = client.create_model_version(artifact.name, f"runs:/{run_id}/model", run_id=run_id, tags=tags)
        return str(made.version)

    def promote(
        self,
        name: str,
        version: str,
        *,
        who: str,
        why: str,
        evidence: Mapping[str, Any] | None = None,
        alias: str = CHAMPION,
    ) -> Move:
        """Let an alias name this version; whether it may is for `models.promote` to say.

        Raises
        ------
        WrongUse : no such version, or no database to write the history to.
        """
        history = self._history()
        self.version(name, version)
        with history.alone():
            self._settle_open(history, name)
            return self._move(history, name, version, who=who, why=why, evidence=evidence or {}, alias=alias)

    def note(self, name: str, version: str, key: str, told: str) -> None:
        """Write something beside a version, over what stood there; nothing is decided by it.

        Raises
        ------
        WrongUse : no such version.
        """
        self.version(name, version)
        self._ask(lambda client: client.set_model_version_tag(name, version, f"{_NOTE}{key}", told), absent=None)

    def take_away(self, name: str, alias: str, *, who: str, why: str) -> Move:
        """Let an alias name no version any more; only one that nothing is served by.

        Raises
        ------
        Refused : it names none, or it is the champion's.
        """
        history = self._history()
        with history.alone():
            self._settle_open(history, name)
            standing = self.alias(name, alias)
            if standing is None or alias == CHAMPION:
                raise Refused(
                    asked=f"take the alias {alias} of {name} away",
                    found="the queue is served by it" if standing else "it names no version",
                    do=f"`arrears models list {name}` shows which alias names what.",
                )
            return self._move(history, name, None, who=who, why=why, evidence={}, alias=alias)

    def roll_back(self, name: str, *, who: str, why: str, evidence: Mapping[str, Any] | None = None) -> Move:
        """Make the version that served before the present champion champion again.

        Parameters
        ----------
        evidence : what it rests on, as the test whose promotion it takes back.

        Raises
        ------
        Refused : no earlier champion is on record.
        """
        history = self._history()
        with history.alone():
            self._settle_open(history, name)
            standing = self.alias(name, CHAMPION)
            before = before_last(history.moves(name), CHAMPION, standing)
            if before is None:
                raise Refused(
                    asked=f"roll {name} back",
                    found="no champion before the present one is on record",
                    do="Promote the version you want: `arrears models list` shows them.",
                )
            told = {**(evidence or {}), "rolled_back_from": standing}
            return self._move(history, name, before, who=who, why=why, evidence=told, alias=CHAMPION)

    def history(self, name: str) -> list[Move]:
        """Every alias move of this model, oldest first; without a database there is none."""
        return [] if self._database is None else self._history().moves(name)

    def reconcile(self) -> list[Move]:
        """Settle what a dead process left open, and write down what was moved behind our back.

        Called at start. An intention after which the alias stood where it wanted is `moved`, any other `abandoned`.

        Returns
        -------
        list : the moves that were settled or found.
        """
        history = self._history()
        settled: list[Move] = []
        with history.alone():
            for name in sorted({*history.models(), *self.names()}):
                settled += self._settle_open(history, name)
                settled += self._found_outside(history, name)
        return settled

    def _move(
        self,
        history: AliasHistory,
        name: str,
        version: str | None,
        *,
        who: str,
        why: str,
        evidence: Mapping[str, Any],
        alias: str,
    ) -> Move:
        before = self.alias(name, alias)
        intention = history.intend(
            model=name, alias=alias, from_version=before, to_version=version, who=who, why=why, evidence=evidence
        )
        self._point(name, alias, version)
        if self.alias(name, alias) != version:
            history.settle(intention, "abandoned")
            raise Refused(
                asked=f"let {alias} of {name} name version {version}",
                found="MLflow no longer has that version",
                do="Choose one that `arrears models list` shows.",
            )
        return history.settle(intention, "moved")

    def _point(self, name: str, alias: str, version: str | None) -> None:
        if version is None:
            self._ask(lambda client: client.delete_registered_model_alias(name, alias), absent=None)
        else:
            self._ask(lambda client: client.set_registered_model_alias(name, alias, version), absent=None)

    def _settle_open(self, history: AliasHistory, name: str) -> list[Move]:
        """Settle what dead processes left, before another move covers where the alias stood after them."""
        moves = history.moves(name)
        settled = []
        for place, move in enumerate(moves):
            if move.state == "intended":
                later = next((each for each in moves[place + 1 :] if each.alias == move.alias), None)
                stood_at = later.from_version if later else self.alias(name, move.alias)
                settled.append(history.settle(move, "moved" if stood_at == move.to_version else "abandoned"))
        return settled

    def _found_outside(self, history: AliasHistory, name: str) -> list[Move]:
        standing = self.alias(name, CHAMPION)
        moved = [move for move in history.moves(name) if move.alias == CHAMPION and move.state == "moved"]
        on_record = moved[-1].to_version if moved else None
        if standing is None or standing == on_record:
            return []
        found = history.intend(
            model=name,
            alias=CHAMPION,
            from_version=on_record,
            to_version=standing,
            who="unknown",
            why="moved in MLflow itself, found at start",
            evidence={},
        )
        return [history.settle(found, "moved")]

    def _history(self) -> AliasHistory:
        if self._database is None:
            raise WrongUse(
                asked="move an alias of a model",
                found="no database to write the history of moves to",
                do="Open the registry with the deployment's database.",
            )
        return AliasHistory(self._database, self._clock)

    def _aliases(self, name: str) -> Mapping[str, str]:
        model = self._ask(lambda client: client.get_registered_model(name), absent=None)
        return {} if model is None else {alias: str(version) for alias, version in model.aliases.items()}

    def _ensure_model(self, artifact: Artifact) -> None:
        if artifact.name not in self.names():
            self.tracking.client.create_registered_model(artifact.name, description=str(artifact.document["question"]))

    def _ask(self, question: Callable[[Any], Result], *, absent: Result) -> Result:
        """MLflow's answer; `absent` where it knows no such thing, `RegistryUnreachable` where it gives none.

        A store that nobody has written yet knows nothing, and asking does not make it.
        """
        if not self.tracking.exists:
            if self._database is not None and self._history().models():
                raise lost(self.tracking.uri)
            return absent
        client = self.tracking.client
        from mlflow.exceptions import MlflowException

        try:
            return question(client)
        except MlflowException as problem:
            # An alias nobody set is "invalid", a model nobody registered "does not exist".
            if problem.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                return absent
            raise unreachable(self.tracking.uri, problem) from problem

    def _no_version(self, name: str, version: str) -> WrongUse:
        known = [each.version for each in self.versions(name)]
        return WrongUse(
            asked=f"version {version} of {name}",
            found=f"{len(known)} versions" + (f", {known[-1]} to {known[0]}" if known else ""),
            do="`arrears models list` shows what is registered.",
        )


def _version(found: Any, aliases: Mapping[str, str]) -> Version:  # noqa: ANN401 - an mlflow ModelVersion
    number = str(found.version)
    metrics = {key.removeprefix("metric."): float(value) for key, value in found.tags.items() if key[:7] == "metric."}
    notes = {key.removeprefix(_NOTE): value for key, value in found.tags.items() if key.startswith(_NOTE)}
    return Version(
        name=found.name,
        version=number,
        run_id=found.run_id,
        registered_at=datetime.fromtimestamp(found.creation_timestamp / 1000, tz=UTC),
        aliases=tuple(sorted(alias for alias, held in aliases.items() if held == number)),
        verdict=found.tags.get("verdict", "refuse"),
        because=found.tags.get("because", "no verdict was recorded"),
        metrics=metrics,
        notes=notes,
    )


def _plain_name(name: str) -> str:
    if not name.replace("_", "").isalnum():
        raise WrongUse(asked=f"model {name}", found="a name with other signs than letters and _", do="Mend the name.")
    return name
