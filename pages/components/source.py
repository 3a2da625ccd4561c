"""The package's own code on a page: read from the package, never copied."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Sequence
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

import streamlit as st

import mnist_core
from pages.components.language import _

CORE = Path(mnist_core.__file__).parent


def show_source(*things: Any, purposes: Sequence[str] = ()) -> None:
    """Show the source of functions and classes; say which file it is from and, if given, what each is for."""
    names = ", ".join(thing.__qualname__ for thing in things)
    with st.expander(_("The real code: {names}", names=f"`{names}`"), icon="🐍"):
        for thing, purpose in zip_longest(things, purposes):
            path = Path(inspect.getsourcefile(thing) or "").relative_to(CORE.parent)
            st.caption(f"**{purpose}** · `{path}`" if purpose else f"`{path}`")
            st.code(_source(thing), language="python", wrap_lines=True)


@cache
def _source(thing: Any) -> str:
    return textwrap.dedent(inspect.getsource(thing))


def source_without_import(file_name: str, *names: str) -> str:
    """The source of functions, classes or `Class.method`s of a core file that must not be imported here."""
    text = (CORE / file_name).read_text(encoding="utf-8")
    found = _definitions(ast.parse(text))
    parts = (ast.get_source_segment(text, found[name], padded=True) or "" for name in names)
    return "\n\n".join(map(textwrap.dedent, parts))


def _definitions(tree: ast.Module) -> dict[str, ast.stmt]:
    found: dict[str, ast.stmt] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        if isinstance(node, ast.ClassDef):
            found |= {
                f"{node.name}.{child.name}": child
                for child in node.body
                if isinstance(child, ast.FunctionDef)
            }
    return found
