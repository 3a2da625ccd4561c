"""Sentences for people, kept as templates so that a page can show them in the visitor's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Phrase:
    """Words that are said in the language of whoever reads them, and not of whoever made them.

    Parameters
    ----------
    template : in English, with `{fields}`
    values : what the fields stand for: text that stays as it is, numbers, and phrases
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.values)


def mark(template: str) -> str:
    """Mark an English template for translation where it is stored; the page translates it when it shows it.

    Returns the template unchanged: the catalogue's extractor finds the call.
    """
    return template
