"""A model folder as an MLflow model: loadable with plain `mlflow.pyfunc` where nothing of this project is installed.

The code that MLflow stores beside it is a copy of `models.scorer`, which imports nothing of ours.
"""

from __future__ import annotations

import shutil
import warnings
from importlib.metadata import version
from pathlib import Path

from models.artifact import load
from models.tracking import quiet_mlflow

NEEDED = ("mlflow", "lightgbm", "numpy", "pandas")
"""Packages with which a registered model answers elsewhere."""


def as_pyfunc(folder: Path, scratch: Path) -> Path:
    """Write a model folder as an MLflow model beneath `scratch`.

    Returns
    -------
    Path : a folder with `MLmodel`; the model folder itself lies in its `artifacts/model`.
    """
    quiet_mlflow()
    with warnings.catch_warnings():
        # MLflow warns about its own chat models' hints while it is imported, and about a row of example data, which a
        # store without personal data cannot have.
        warnings.filterwarnings("ignore", ".*(inferred as AnyType|input example was not provided)", UserWarning)
        _save(shutil.copytree(folder, scratch / "source" / "model"), scratch / "mlflow_model")
    return scratch / "mlflow_model"


def _save(folder: Path, out: Path) -> None:
    from mlflow.models import ModelSignature
    from mlflow.pyfunc import save_model
    from mlflow.types import ColSpec, DataType, Schema

    artifact = load(folder)
    columns = [ColSpec(DataType.double, feature, required=False) for feature in artifact.features]
    if artifact.document["kind"] == "chain":
        columns.append(ColSpec(DataType.long, "bucket_rank"))
    save_model(
        str(out),
        python_model=str(Path(__file__).parent / "scorer.py"),
        artifacts={"model": str(folder)},  # MLflow keeps the folder's name, by which `Registry.load` finds it
        signature=ModelSignature(inputs=Schema(columns)),
        pip_requirements=[f"{package}=={version(package)}" for package in NEEDED],
    )
