"""Every word on screen has a Korean twin: nothing missing, nothing left over, every field in its place.

After new words, run it: it prints the entries to add to `pages/components/locale/ko.po`. Or with pybabel:

    pybabel extract -k _ -k mark -k ConfigurationError -k DataError … -o words.pot app.py pages mnist_core
    pybabel update -i words.pot -o pages/components/locale/ko.po -l ko
"""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from mnist_core import STYLES
from pages.components.language import plain
from pages.components.particles import fit_particles

PROJECT = Path(__file__).parents[1]
CATALOGUE = PROJECT / "pages" / "components" / "locale" / "ko.po"
SOURCES = sorted(
    [PROJECT / "app.py", *(PROJECT / "pages").rglob("*.py"), *(PROJECT / "mnist_core").rglob("*.py")]
)
PAGES = [path for path in SOURCES if "mnist_core" not in path.parts]
MARKERS = {"_", "mark", "MnistCoreError", "ConfigurationError", "DataError", "DrawingError", "ModelFileError"}
MARKERS |= {"BackendError", "RunError", "_MnistNotFoundError"}
FIELDS = {
    "Preset": {"title", "description"},
    "Remark": {"template", "advice"},
}  # keyword arguments that are shown
DISPLAY = {
    "write",
    "markdown",
    "title",
    "header",
    "subheader",
    "caption",
    "text",
    "metric",
    "button",
    "toggle",
    "radio",
}
DISPLAY |= {
    "selectbox",
    "multiselect",
    "slider",
    "select_slider",
    "number_input",
    "text_input",
    "checkbox",
    "pills",
}
DISPLAY |= {
    "segmented_control",
    "expander",
    "popover",
    "tabs",
    "info",
    "warning",
    "error",
    "success",
    "toast",
}
DISPLAY |= {
    "download_button",
    "file_uploader",
    "link_button",
    "dialog",
    "status",
    "spinner",
    "badge",
    "text_area",
}
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)
KEYWORDS = {"label", "help", "placeholder", "caption", "alt", "text", "tooltip"}


def called(node: ast.Call) -> str:
    """The last name of what is called: `st.markdown` → markdown."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def calls(path: Path) -> Iterator[ast.Call]:
    yield from (n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Call))


def used_sentences() -> dict[str, str]:
    """Every sentence in the source that can come on screen, and where it stands first."""
    found: dict[str, str] = {}
    for path in SOURCES:
        for call in calls(path):
            for sentence in filter(None, map(literal, shown_arguments(call))):
                found.setdefault(sentence, f"{path.relative_to(PROJECT)}:{call.lineno}")
    for style in (style for styles in STYLES.values() for style in styles):
        found.setdefault(style, "mnist_core/data/skeletons.py:1")
    return found


def shown_arguments(call: ast.Call) -> list[ast.expr]:
    """The arguments of a call that are sentences for people."""
    name = called(call)
    if name == "Experiment":
        return call.args
    return [
        *(call.args[:1] if name in MARKERS else []),
        *(keyword.value for keyword in call.keywords if keyword.arg in FIELDS.get(name, ())),
    ]


def translations() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def fields(template: str) -> list[str]:
    """The `{fields}` of a sentence, with their formats, whatever the order."""
    parts = string.Formatter().parse(template)
    return sorted(f"{name}:{style}" for _text, name, style, _conversion in parts if name is not None)


def test_nothing_is_missing_from_the_catalogue() -> None:
    known = translations()
    missing = {text: place for text, place in used_sentences().items() if not known.get(text)}
    entries = "\n".join(f'#: {place}\nmsgid {quoted(text)}\nmsgstr ""\n' for text, place in missing.items())
    assert not missing, f"{len(missing)} to translate:\n{entries}"


def test_every_sentence_of_the_narrator_is_found() -> None:
    """A sentence in a variable, unmarked, would stay English and be missed by nobody here."""
    tree = ast.parse((PROJECT / "mnist_core" / "narrator.py").read_text(encoding="utf-8"))
    docs = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, DOCUMENTED)}
    texts = {text for node in ast.walk(tree) if isinstance(node, ast.expr) and (text := literal(node))}
    assert {text for text in texts - docs if text.endswith((".", "?"))} <= used_sentences().keys()


def test_nothing_in_the_catalogue_is_left_over() -> None:
    assert not sorted(translations().keys() - used_sentences().keys())


def test_no_translation_is_fuzzy() -> None:
    with CATALOGUE.open("rb") as file:
        assert not [message.id for message in read_po(file) if message.id and message.fuzzy]


def test_every_translation_has_the_fields_of_its_original() -> None:
    wrong = {text: korean for text, korean in translations().items() if fields(text) != fields(korean)}
    assert not wrong


def test_markdown_that_carries_meaning_survives_translation() -> None:
    """Bold and code come in pairs; a lone mark would show as a star."""
    for korean in translations().values():
        assert korean.count("**") % 2 == 0, korean
        assert korean.count("`") % 2 == 0, korean


def test_bold_ends_where_markdown_sees_it() -> None:
    """After a sign like % or ), Markdown takes two stars before a letter for stars."""
    for korean in translations().values():
        filled = re.sub(r"\{[^}]*\}", "9", re.sub(r"\{[^}]*%\}", "9%", korean))
        parts = filled.split("**")
        for bold, after in zip(parts[1::2], parts[2::2], strict=True):
            assert bold[-1].isalnum() or not after[:1].isalnum(), korean


def test_a_percent_sign_stands_right_behind_its_number() -> None:
    """As Python's own `:.1%` writes it, in both languages, and in README."""
    texts = {*used_sentences(), *translations().values(), (PROJECT / "README.md").read_text(encoding="utf-8")}
    assert not [text for text in texts if re.search(r"[\d}]\s+%", text)]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("3을(를)", "3을"),
        ("4을(를)", "4를"),
        ("7(으)로", "7로"),
        ("6(으)로", "6으로"),
        ("**9**이에요(예요)", "**9**예요"),
        ("98%이에요(예요)", "98%예요"),
        ("기본 모델이(가)", "기본 모델이"),
        ("0, 7(이)라고는", "0, 7이라고는"),
        ("0, 9(이)라고는", "0, 9라고는"),
        ("softmax을(를)", "softmax을(를)"),
    ],
)
def test_a_particle_fits_what_stands_before_it(written: str, read: str) -> None:
    assert fit_particles(written) == read


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_no_page_shows_a_literal_string(path: Path) -> None:
    literals = []
    for call in calls(path):
        name = called(call)
        if not (isinstance(call.func, ast.Attribute) and name in DISPLAY):
            continue
        shown = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg in KEYWORDS)]
        literals += [f"{path.name}:{call.lineno} {text}" for text in map(literal, shown) if has_words(text)]
    assert not literals


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_no_words_are_drawn_by_matplotlib(path: Path) -> None:
    """A server without a Korean font would draw boxes."""
    drawn = [
        call
        for call in calls(path)
        if called(call) in {"draw_digit_grid", "digit_grid", "set_title", "set_xlabel", "text"}
    ]
    inside = [node for call in drawn for node in ast.walk(call) if isinstance(node, ast.Call)]
    assert not [call for call in inside if called(call) in MARKERS]


@pytest.mark.parametrize(
    "text",
    [
        *("+ convolution", "1. run", "- a", "a\n- b", "# big", "![x](http://y.z)", "a|b", "0.1: usual"),
        *(":red[x]", ":material/bolt:", "$x$", "**b** _i_ ~~s~~ `c`", "<b>", "&lt;"),
    ],
)
def test_text_in_markdown_comes_out_as_it_went_in(text: str) -> None:
    shown = re.sub(r"\\([!-~])", r"\1", plain(text))
    assert shown == text
    assert not re.search(r"(?m)(?<!\\)(\*|_|`|~|\[|<|#|\$|&|\||:(?=\S)|^[-+]|^\d+\.)", plain(text))


def has_words(text: str | None) -> bool:
    """Whether there is anything to translate: letters, and not only a name every language shares."""
    shared = {"NumPy", "TensorFlow", "MNIST", "sigmoid", "softmax"}
    return text is not None and text not in shared and any(letter.isalpha() for letter in text)


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
