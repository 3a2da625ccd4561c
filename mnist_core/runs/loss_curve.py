"""The loss of every batch of a run, thinned as it grows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BATCH_POINTS = 500


class LossCurve:
    """The loss of every batch, thinned to at most 500 points: when full, neighbours are averaged.

    Parameters
    ----------
    points : (k, 2) epochs done, loss: a curve to go on with, of points that stand for `stride` batches each
    """

    def __init__(self, points: NDArray[np.float64] | None = None, stride: int = 1) -> None:
        self._points = np.empty((0, 2)) if points is None else points
        self.stride = stride
        self._rest = np.empty((0, 2))

    @property
    def points(self) -> NDArray[np.float64]:
        """(k, 2) float64; never changed in place, so that a snapshot may keep it."""
        return self._points

    def extend(self, epochs_done: NDArray[np.float64], losses: NDArray[np.float32]) -> None:
        """Append batches, oldest first."""
        waiting = np.concatenate([self._rest, np.column_stack([epochs_done, losses])])
        while True:
            whole = len(waiting) // self.stride * self.stride
            fresh = _average(waiting[:whole], self.stride)
            if len(self._points) + len(fresh) <= BATCH_POINTS:
                break
            even = len(self._points) // 2 * 2
            self._points = np.concatenate([_average(self._points[:even], 2), self._points[even:]])
            self.stride *= 2
        self._points, self._rest = np.concatenate([self._points, fresh]), waiting[whole:]


def _average(points: NDArray[np.float64], stride: int) -> NDArray[np.float64]:
    return np.asarray(points.reshape(-1, stride, 2).mean(axis=1))
