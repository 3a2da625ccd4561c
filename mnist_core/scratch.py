"""Working memory that is used again and again: asking for fresh pages costs more than the arithmetic."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Scratch:
    """Named arrays, each made when first asked for."""

    def __init__(self) -> None:
        self._arrays: dict[tuple[str, tuple[int, ...]], NDArray[Any]] = {}

    def array(self, name: str, shape: tuple[int, ...], dtype: Any = np.float32) -> NDArray[Any]:
        """An array with arbitrary contents; the same one for the same name and shape."""
        found = self._arrays.get((name, shape))
        if found is None or found.dtype != dtype:
            found = self._arrays[name, shape] = np.empty(shape, dtype)
        return found
