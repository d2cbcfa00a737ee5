"""How a booster's log-odds become probabilities that mean what they say, and whether a correction is kept at all.

Candidates bend the log-odds by few numbers (Platt, beta, quadratic logistic); a step function is not among them. One is
kept only if it lowers log loss on rows it was not fitted on, else the log-odds stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.artifact import IDENTITY
from models.scorer import Floats, calibrated_margin, sigmoid

METHODS = ("platt", "beta", "quadratic")
LEAST_GAIN = 1e-5
"""Log loss that a correction must save on held-out rows: less is the noise of a rounding."""

SURE = 1.96
"""Standard errors that its gain must be, where one is asked to be sure: on a few hundred rows the best of three saves
something by chance alone, and bends every later answer for it."""


@dataclass(frozen=True)
class Choice:
    """The calibration that was kept, and what each candidate's held-out log loss was."""

    calibration: Mapping[str, Any]
    held_out_log_loss: Mapping[str, float]

    @property
    def method(self) -> str:
        """Name of the calibration kept; `identity` where none helped."""
        return str(self.calibration["method"])


def choose(fit: tuple[Floats, Floats], held_out: tuple[Floats, Floats], *, surely: bool = False) -> Choice:
    """Fit every candidate on one out-of-time slice and keep the best of the next, if it beats doing nothing.

    Parameters
    ----------
    fit, held_out : margins and labels, each of shape (n,); `held_out` lies later in time.
    surely : the gain must be `SURE` standard errors; False where further slices have their say.
    """
    candidates = {method: fitted(method, *fit) for method in METHODS}
    losses = {"identity": loss_under(IDENTITY, *held_out)}
    losses |= {method: loss_under(found, *held_out) for method, found in candidates.items() if found is not None}
    best = min(losses, key=lambda method: losses[method])
    kept = candidates.get(best)
    return Choice(kept if kept is not None and _helps(kept, *held_out, surely=surely) else IDENTITY, losses)


def loss_under(calibration: Mapping[str, Any], margins: Floats, y: Floats) -> float:
    """Mean log loss in nats of the calibrated margins."""
    return float(_row_losses(calibration, margins, y).mean())


def _helps(calibration: Mapping[str, Any], margins: Floats, y: Floats, *, surely: bool) -> bool:
    """Whether a correction lowers log loss, beyond a rounding and, if asked, beyond chance."""
    saved = _row_losses(IDENTITY, margins, y) - _row_losses(calibration, margins, y)
    error = SURE * float(saved.std()) / np.sqrt(len(saved)) if surely else 0.0
    return bool(saved.mean() > max(LEAST_GAIN, error))


def _row_losses(calibration: Mapping[str, Any], margins: Floats, y: Floats) -> Floats:
    bent = calibrated_margin(margins, calibration)
    # softplus(m) - y m is the log loss of log-odds m, without ever forming a probability
    return np.asarray(np.logaddexp(0.0, bent) - y * bent, dtype=np.float64)


def fitted(method: str, margins: Floats, y: Floats) -> Mapping[str, Any] | None:
    """One candidate fitted by maximum likelihood; None where it would not rise with the margin."""
    if method == "identity":
        return IDENTITY
    if method == "platt":
        slope, level = _newton(np.column_stack([margins, np.ones_like(margins)]), y)
        return {"method": method, "parameters": [slope, level]} if slope > 0 else None
    if method == "beta":
        basis = [-np.logaddexp(0.0, -margins), np.logaddexp(0.0, margins), np.ones_like(margins)]
        low_end, high_end, level = _newton(np.column_stack(basis), y)
        rises = low_end >= 0 and high_end >= 0
        return {"method": method, "parameters": [low_end, high_end, level]} if rises else None
    low, high = float(np.min(margins)), float(np.max(margins))
    square, slope, level = _newton(np.column_stack([margins**2, margins, np.ones_like(margins)]), y)
    rises = 2 * square * low + slope > 0 and 2 * square * high + slope > 0
    parameters = {"method": method, "parameters": [square, slope, level], "low": low, "high": high}
    return parameters if rises else None


def _newton(basis: Floats, y: Floats) -> list[float]:
    """Coefficients of a logistic regression on a few columns, with a whisper of ridge so that it always ends."""
    weights = np.zeros(basis.shape[1])
    ridge = 1e-6 * np.eye(basis.shape[1])
    for _ in range(50):
        fitted_p = sigmoid(basis @ weights)
        gradient = basis.T @ (y - fitted_p) - ridge @ weights
        curvature = (basis * (fitted_p * (1 - fitted_p))[:, None]).T @ basis + ridge
        step = np.linalg.solve(curvature, gradient)
        weights = weights + step
        if np.abs(step).max() < 1e-9:  # noqa: PLR2004 - far below what a probability shows
            break
    return [float(weight) for weight in weights]
