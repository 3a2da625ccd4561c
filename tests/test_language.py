"""Every word on screen has a Korean twin: nothing missing, nothing left over, every field in its place.

After new words, run it: it prints the entries to add to `pages/components/locale/ko.po`. Or with pybabel:

    pybabel extract -k _ -k mark -k ConfigurationError -k DataError … -o words.pot app.py pages mnist_core
    pybabel update -i words.pot -o pages/components/locale/ko.po -l ko
"""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from mnist_core import STYLES
from pages.components.language import plain
from pages.components.particles import fit_particles
from tests.spoken_words import MARKERS, called, calls, literal, sentences, stray_words

PROJECT = Path(__file__).parents[1]
CATALOGUE = PROJECT / "pages" / "components" / "locale" / "ko.po"
PAGES = [PROJECT / "app.py", *sorted((PROJECT / "pages").rglob("*.py"))]
CORE = sorted((PROJECT / "mnist_core").rglob("*.py"))
SPEAKS_OTHERWISE = {
    PROJECT / "pages" / "components" / "particles.py",  # Korean grammar
    PROJECT / "mnist_core" / "__main__.py",  # the command line is English
    PROJECT / "mnist_core" / "data" / "skeletons.py",  # its names are `STYLES`
}
KEYS = {"several digits", "silent class", "dead units", "top left", "top right"}  # of two words, never shown
KEYS |= {"built in", " + built in", "Writing digits"}  # only on the command line


def used_sentences() -> dict[str, str]:
    """Every sentence in the source that can come on screen, and where it stands first."""
    found: dict[str, str] = {}
    for path in [*CORE, *PAGES]:
        for call in calls(ast.parse(path.read_text(encoding="utf-8"))):
            for sentence in filter(None, map(literal, sentences(call))):
                found.setdefault(sentence, f"{path.relative_to(PROJECT)}:{call.lineno}")
    for style in (style for styles in STYLES.values() for style in styles):
        found.setdefault(style, "mnist_core/data/skeletons.py:1")
    return found


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


def path_id(path: Path) -> str:
    return str(path.relative_to(PROJECT))


@pytest.mark.parametrize("path", sorted({*PAGES} - SPEAKS_OTHERWISE), ids=path_id)
def test_a_page_says_nothing_past_the_catalogue(path: Path) -> None:
    assert not stray_words(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted({*CORE} - SPEAKS_OTHERWISE), ids=path_id)
def test_the_core_has_no_sentence_past_the_catalogue(path: Path) -> None:
    """A single word is taken for the name of a class, a file or a format."""
    strays = stray_words(path.read_text(encoding="utf-8"))
    assert not [(line, text) for line, text in strays if len(text.split()) > 1 and text not in KEYS]


@pytest.mark.parametrize(
    "line",
    [
        'st.write("Hello there")',
        'st.write("done.")',
        'st.write(f"{count} pictures")',
        'st.write(f"{count}px" if count else "none")',
        'st.write(_("Digit") + " and more")',
        'st.html("<b>Hello</b>")',
        'left.metric(label="Loss", value=loss)',
        'left.progress(0.5, text="half")',
        'st.tabs(["Curves", _("Table")])',
        'st.radio(_("Sure?"), ["yes", "no"])',
        'st.radio(_("Sure?"), ["Yes", "No"], format_func=str)',
        'st.page_link("pages/draw.py", label="draw")',
        'st.image(picture, caption="Seven")',
        'st.link_button("Open", url)',
        'st.form_submit_button("Send")',
        'st.dataframe({"Training loss": losses})',
        'name = "A digit"',
        'names = ["Loss" if is_loss else "Accuracy"]',
        'return_value = "Loss: " + text',
        'Phrase("Step {number}", {"number": 1})',
        'st.write(_("A digit" if count else "Nothing"))',
        'st.write(_(f"A digit: {count}"))',
        'st.write(_("A digit".upper()))',
        "name = mark(other)",
        'mark("A digit")',
        'raise DrawingError(f"No digit: {received}")',
        'st.write("숫자")',
    ],
)
def test_words_past_the_catalogue_are_found(line: str) -> None:
    assert stray_words(line)


@pytest.mark.parametrize(
    "line",
    [
        '"""What this page is for."""',
        'st.write(_("A digit"), _(names[0]), _(step.title), _(name))',
        'names = [mark("A digit")]',
        'raise DrawingError("No digit: {received}", received=received)',
        'st.radio(_("Along"), ["epochs", "seconds"], format_func=names.get, key="along")',
        'st.page_link("pages/draw.py", label=_("Draw"), icon=":material/edit:")',
        "st.html(f\"<style>{css}</style><div class='big'></div>\")",
        'st.write(f"**{count:,}** × {share:.1%}")',
        'st.table({_("Backend"): ["NumPy", "TensorFlow"]})',
        'spec = {"mark": {"type": "bar", "strokeWidth": 2}, "transform": [{"filter": "datum.count > 0"}]}',
        'logger.warning("A run ended: %s", error)',
        'raise ValueError(f"{size} bytes are too many")',
    ],
)
def test_code_names_and_translated_words_pass(line: str) -> None:
    assert not stray_words(line)


def test_words_that_nothing_is_done_with_are_not_used() -> None:
    """An entry of the catalogue that only such a line names is left over."""
    assert not list(calls(ast.parse('mark("Unused")')))


@pytest.mark.parametrize("path", PAGES, ids=path_id)
def test_no_words_are_drawn_by_matplotlib(path: Path) -> None:
    """A server without a Korean font would draw boxes."""
    drawn = [
        call
        for call in calls(ast.parse(path.read_text(encoding="utf-8")))
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


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
