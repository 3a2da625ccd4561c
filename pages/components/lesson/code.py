"""The package's own code on a page: read from the package, never copied."""

from __future__ import annotations

import ast
import inspect
import textwrap
from pathlib import Path
from typing import Any

import streamlit as st

import mnist_core
from pages.components.language import _

CORE = Path(mnist_core.__file__).parent


def show_source(*things: Any, expanded: bool = False) -> None:
    """Show the source of functions and classes, and say which file it is from."""
    names = ", ".join(thing.__name__ for thing in things)
    with st.expander(_("The real code: {names}", names=f"`{names}`"), icon="🐍", expanded=expanded):
        for thing in things:
            path = Path(inspect.getsourcefile(thing) or "").relative_to(CORE.parent)
            st.caption(str(path))
            st.code(textwrap.dedent(inspect.getsource(thing)), language="python")


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
