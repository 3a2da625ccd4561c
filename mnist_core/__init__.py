"""Learn to read handwritten digits, in NumPy and in TensorFlow: the public names.

Each name is loaded when it is first used, so that `import mnist_core` is quick and brings in neither
TensorFlow nor a cluster nor a database.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "mnist_core.backends": ("BACKENDS", "tensorflow_available"),
    "mnist_core.checkpoint": ("Checkpoint",),
    "mnist_core.configuration": ("TrainingConfig",),
    "mnist_core.data": ("Dataset", "Split", "load_dataset", "mnist_home"),
    "mnist_core.data.strokes": ("STYLES", "generate_digits", "generate_drawings", "load_strokes_dataset"),
    "mnist_core.drawing": ("preparation_steps", "preprocess_image", "rasterize_many", "rasterize_strokes"),
    "mnist_core.errors": (
        "BackendError",
        "ConfigurationError",
        "DataError",
        "DrawingError",
        "MnistCoreError",
        "ModelFileError",
        "RunError",
    ),
    "mnist_core.evaluation": ("Evaluation", "evaluate"),
    "mnist_core.explain": ("compute_input_gradient",),
    "mnist_core.functional": (
        "cross_entropy",
        "flatten",
        "one_hot",
        "relu",
        "relu_derivative",
        "sigmoid",
        "sigmoid_derivative",
        "softmax",
    ),
    "mnist_core.model": ("Model",),
    "mnist_core.network": ("ARCHITECTURES", "Architecture"),
    "mnist_core.optimizers": ("OPTIMIZERS",),
    "mnist_core.presets": ("PRESETS", "Preset"),
    "mnist_core.reading": ("Reading", "read_image", "read_strokes"),
    "mnist_core.results": ("BatchResult", "EpochResult"),
    "mnist_core.runs.service": ("RunService", "RunSnapshot"),
    "mnist_core.storage": (
        "load_model",
        "load_starter_model",
        "model_from_bytes",
        "model_to_bytes",
        "save_model",
    ),
    "mnist_core.training": ("Trainer", "train"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
