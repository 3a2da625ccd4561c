"""Finds the words of the source: those that the catalogue is asked for, and those that get past it.

The rule: two letters beside each other are words, except in a key (one word, small letters first), in code
(`CODE`) and in a name that every language shares (`NAMES`). What it cannot see is a single small word that
reaches the screen by way of a variable or as a key of a table.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

import streamlit as st

MARKERS = {"_", "mark", "MnistCoreError", "ConfigurationError", "DataError", "DrawingError", "ModelFileError"}
MARKERS |= {"BackendError", "RunError", "_MnistNotFoundError"}
# Keyword arguments that are shown.
FIELDS = {"Preset": {"title", "description"}, "Remark": {"template", "advice"}}
LABELS = {"label", "help", "placeholder", "caption", "alt", "text", "tooltip"}  # of Streamlit's calls
NAMES = {"MNIST Lab", "MNIST", "NumPy", "TensorFlow", "GradientTape", "tf.function, XLA", "Adam"}
NAMES |= {"English", "한국어"}
TAG = re.compile(r"<[/!]?[a-z][^>]*>?|&[a-z]+;")
CODE = re.compile(
    r"""
      [a-z0-9_.:/\#{-][!-~]*                   # a key, a path, an icon, a colour
    | [A-Z]+(_+[A-Z]+)+ | [A-Z]\w+\._\w+       # an environment variable, a private method
    | RGBA? | YYYY.* | Value                   # formats of pictures and of dates, a type variable
    | .*\bdatum\..* | width\ -\ 30             # Vega
    | \\sigma.*                                # TeX
    | PRAGMA\ .*                               # SQL
    | \.st\w+\ .* | (\ >\ \w+)+ | \W*(::after\W+)?((content|font-size|visibility):[\W\d]*)+  # CSS
    | \s*(body\ {|const\ shown|images\ =).*    # a style sheet, a script, a sketch
    """,
    re.VERBOSE | re.DOTALL,
)


def called(node: ast.Call) -> str:
    """The last name of what is called: `st.markdown` → markdown."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def literal(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Every call, apart from a `mark("…")` or `_("…")` that nothing is done with."""
    dropped = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and not (called(node) in MARKERS and node in dropped):
            yield node


def sentences(call: ast.Call) -> list[ast.expr]:
    """The arguments that the catalogue is asked for."""
    name = called(call)
    if name == "Experiment":
        return call.args
    return [
        *(call.args[:1] if name in MARKERS else []),
        *(keyword.value for keyword in call.keywords if keyword.arg in FIELDS.get(name, ())),
    ]


def stray_words(source: str) -> list[tuple[int, str]]:
    """What a source says past the catalogue, with its line: texts, and sentences put together too early."""
    tree = ast.parse(source)
    known, shown, found = set(bare_texts(tree)), set[ast.AST](), []
    for call in calls(tree):
        known.update(sentence for sentence in sentences(call) if literal(sentence))
        known.update(ast.walk(call) if is_for_programmers(call) else ())
        shown.update(shown_by_streamlit(call))
        found += [(call.lineno, ast.unparse(call))] if is_put_together(call) else []
    for node in ast.walk(tree):
        text = literal(node)
        if text and node not in known and has_words(text, is_shown=node in shown):
            found.append((node.lineno, text))
    return sorted(found)


def has_words(text: str, is_shown: bool) -> bool:
    """Whether there is anything to translate; what is surely shown is no key."""
    text = TAG.sub("", text)
    is_code = CODE.fullmatch(text) and not (is_shown and re.fullmatch(r"[a-z]+\W*", text))
    return bool(re.search(r"[^\W\d_]{2}", text)) and text not in NAMES and not is_code


def is_put_together(call: ast.Call) -> bool:
    """Whether a sentence is made in the call, so that no catalogue can hold it; `_` also takes what was marked."""
    stored = () if called(call) == "mark" else (ast.Name, ast.Attribute, ast.Subscript)
    return called(call) in MARKERS and not (literal(call.args[0]) or isinstance(call.args[0], stored))


def shown_by_streamlit(call: ast.Call) -> Iterator[ast.AST]:
    """What a call like `st.write` or `column.metric` surely shows; options that have a format are keys."""
    if isinstance(call.func, ast.Attribute) and hasattr(st, call.func.attr):
        has_format = any(keyword.arg == "format_func" for keyword in call.keywords)
        for shown in [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg in LABELS)]:
            if not (has_format and isinstance(shown, ast.List | ast.Tuple)):
                yield from parts(shown)


def parts(node: ast.AST) -> Iterator[ast.AST]:
    """A list, a choice, a sum or an f-string, and what stands in it; anything else alone."""
    yield node
    if isinstance(node, ast.List | ast.Tuple | ast.IfExp | ast.BinOp | ast.JoinedStr):
        for child in ast.iter_child_nodes(node):
            yield from parts(child)


def is_for_programmers(call: ast.Call) -> bool:
    """Whether it goes to the log, or is one of Python's own errors, which no page shows."""
    name = called(call)
    is_log = isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "logger"
    return is_log or (name.endswith("Error") and hasattr(builtins, name))


def bare_texts(tree: ast.AST) -> Iterator[ast.AST]:
    """What says what the code is for; with Streamlit's magic off, no page shows it."""
    yield from (node.value for node in ast.walk(tree) if isinstance(node, ast.Expr) and literal(node.value))
