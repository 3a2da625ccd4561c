"""One tree of errors: a page catches `MnistCoreError` and shows its sentence."""

from __future__ import annotations

from typing import Any


class MnistCoreError(Exception):
    """Base of every error this package raises on purpose.

    The sentence says what was received and what to do. It is kept as a template and its values, so that
    a page can translate the template and fill in the values itself.

    Parameters
    ----------
    template : sentence with `str.format` fields, in English
    values : what the fields stand for
    """

    def __init__(self, template: str, /, **values: Any) -> None:
        self.template = template
        self.values = values
        super().__init__(template.format(**values))

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.template, self.values)


def _rebuild(kind: type[MnistCoreError], template: str, values: dict[str, Any]) -> MnistCoreError:
    return kind(template, **values)


class ConfigurationError(MnistCoreError, ValueError):
    """A setting that cannot work, found before any work starts."""


class DataError(MnistCoreError, ValueError):
    """A data set that is missing, damaged or not what it claims to be."""


class DrawingError(MnistCoreError, ValueError):
    """Strokes or a picture that no digit can be read from."""


class ModelFileError(MnistCoreError, ValueError):
    """A saved model or run that cannot be read."""


class BackendError(MnistCoreError, RuntimeError):
    """A backend that is not installed or does not work here."""


class RunError(MnistCoreError, RuntimeError):
    """A training run that is unknown, or cannot do what was asked of it."""
