"""A book, a registry of small models of paying, and a test of two of its versions."""

import shutil

import fasteners
import numpy as np

from arrears.experiments import life, records
from arrears.experiments.design import Design
from models.artifact import Part, write
from models.propensity import PROPENSITY
from models.registry import Registry
from tests.experiments.designs import compared, simple
from tests.night.desk_book import AS_OF, people, statement

NAMES = [f"D{number}" for number in range(1, 81)]
FEATURES = ("days_past_due", "balance_minor")
NO_LOTS = "[desk]\nrandom_slice_share = 0\nholdout_share = 0\nedge_share = 0\n"


def book():
    """D1 is in another bucket, D2 is held: she has asked for no more contact."""
    tables = people(*NAMES)
    tables["statements"] = [
        statement(f"A{name[1:]}", balance=900 + 7 * int(name[1:]), days_past_due=30 + int(name[1:]) % 20)
        for name in NAMES
    ]
    tables["statements"][0] = statement("A1", days_past_due=10)
    tables["holds"] = [{"hold_id": "H1", "debtor_id": "D2", "kind": "cease", "starts_on": "2026-06-01"}]
    return tables


def fitted(seed, features=FEATURES):
    """A few trees that answer something else for every seed."""
    import lightgbm

    random = np.random.default_rng(seed)
    x = random.uniform(size=(2_000, len(features))) * ([60] + [200_000] * (len(features) - 1))
    weights = random.normal(size=len(features)) / x.std(axis=0)
    y = (x @ weights + random.normal(size=len(x)) > np.median(x @ weights)).astype(float)
    settings = {"objective": "binary", "verbosity": -1, "num_threads": 1, "num_leaves": 7}
    return lightgbm.train(settings, lightgbm.Dataset(x, y, feature_name=list(features)), 20)


def registered(
    registry: Registry, folder, seed, *, verdict="promote", features=FEATURES, spec=PROPENSITY, parts=None, **sections
):
    """Register one more version; its number."""
    run = registry.tracking.client.create_run(registry.tracking.experiment(spec.name)).info.run_id
    told = parts or [Part(spec.name, fitted(seed, features))]
    trained = {"trained_on": [AS_OF.isoformat()]}
    made = write(folder / f"{spec.name}-{seed}", spec, features, told, training=trained, **sections)
    return registry.register(made, run_id=run, verdict=verdict, because="a test says so")


def two_versions(database, shared_folder, empty_mlflow, folder) -> Registry:
    """A registry of one's own with versions 1 and 2 of propensity, of which the first is champion.

    Their files belong to all tests of a run: whoever breaks a version registers another.
    """
    made = shared_folder / "two-versions"
    with fasteners.InterProcessLock(shared_folder / "two-versions.lock"):
        if not made.exists():
            begun_in = shared_folder / "two-versions-begun"
            begun_in.mkdir()
            shutil.copy(empty_mlflow, begun_in / "mlflow.db")
            for seed in (1, 2):
                registered(Registry(f"sqlite:///{begun_in / 'mlflow.db'}"), begun_in, seed)
            made.symlink_to(begun_in)  # last, so that whoever sees it sees all of it
    shutil.copy(made / "mlflow.db", folder / "mlflow.db")
    found = Registry(f"sqlite:///{folder / 'mlflow.db'}", database)
    found.promote("propensity", "1", who="test", why="to serve")
    return found


def versions_compared(champion: str = "propensity/1", challenger: str = "propensity/2") -> Design:
    """A test of two versions of a model."""
    return simple(
        name="newer_model",
        sentence="Score paying by the newer version, and see whether more is paid.",
        arms=compared("model", champion=(champion, 0.5), challenger=(challenger, 0.5)),
        enrolment={"weeks": 3, "debtors": 85, "pay_cycle_days": 7},
        primary={"horizon_days": 5, "settlement_days": 2},
    )


def begun(connection, models, design=None, **by):
    """Plan a test, by default that of the two versions, and start it."""
    design = design or versions_compared()
    life.plan(connection, design, evidence={}, **by)
    test = records.find(connection, design.name)
    life.start(connection, test, because="ready", registered=models, **by)
    return test
