"""Draw: a digit on the pad, read while it is drawn, and everything one may want to know about the answer."""

import streamlit as st

from mnist_core import Model, Reading, rasterize_strokes, read_strokes
from mnist_core.explain import compute_activations, compute_evidence
from mnist_core.judge import why_no_digit
from pages.components import frame
from pages.components.draw.examples import show_examples
from pages.components.draw.keep import gallery, keep_buttons
from pages.components.draw.learn import is_learning, learn_panel
from pages.components.draw.live_answer import live_answer
from pages.components.draw.panels import closer_look
from pages.components.draw.photo import photo_reader
from pages.components.draw.readers import choose_reader, chosen_reader, is_training, model_of
from pages.components.draw.stroke_editor import stroke_editor
from pages.components.drawing_pad import Drawing, current_drawing, drawing_pad
from pages.components.language import _
from pages.components.live_pictures import Picture, live_pictures
from pages.components.presses import show_errors
from pages.components.readers import Reader, readers
from pages.components.source import show_source

WATCH_SECONDS = 0.7
TOOL_KEY = "draw_tool"


def draw_and_read(is_watching: bool) -> None:
    """Pad and answer: a fragment, so that a stroke costs no more than this."""
    with show_errors():
        people = readers()
        reader = chosen_reader(people)
        model = model_of(reader)
        left, right = st.columns([5, 6], gap="medium")
        with left:
            _show_tool()
        drawing = current_drawing()
        reading = read_strokes(drawing.strokes, model)
        with right:
            _show_answer(reading, drawing, people)
        show_examples()
        with st.container(border=True):
            closer_look(drawing, reading, model, people)
        _show_drawings(reader, people)
        _show_photo_reader(model, reader)
    if (is_training() or is_learning()) != is_watching:
        st.rerun()  # the page itself: it decides whether the fragment watches


def _show_tool() -> None:
    with st.container(key="drawing_pad"):
        drawing_pad()  # hidden beside the other tool: a reload finds there what was edited
        if st.session_state.get(TOOL_KEY) == "edit":
            stroke_editor()


def _show_answer(reading: Reading, drawing: Drawing, people: dict[str, Reader]) -> None:
    """The answer first; below it what the model saw, and who reads."""
    with st.container(key="prediction"):
        live_answer(reading, drawing)
    keep_buttons(drawing)
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width=150):
            live_pictures("seen", [Picture(reading.image, title=_("The model sees"))], side=126)
        with st.container(width=300):
            choose_reader(people)
            _choose_tool()


def _show_drawings(reader: Reader, people: dict[str, Reader]) -> None:
    drawings = st.expander(_("My drawings"), icon="🖼️", key="open_gallery", on_change="rerun")
    if drawings.open:
        with drawings:
            kept = gallery()
            if kept:
                learn_panel(kept, reader, people)


def _show_photo_reader(model: Model, reader: Reader) -> None:
    photo = st.expander(_("Read a picture or photo"), icon="📷", key="open_photo", on_change="rerun")
    if photo.open:
        with photo, show_errors():
            photo_reader(model, reader.name)


def _choose_tool() -> None:
    names = {"pen": _("✏️ Draw"), "edit": _("✂️ Edit strokes")}
    st.segmented_control(
        _("Tool"),
        list(names),
        default="pen",
        required=True,
        format_func=names.__getitem__,
        key=TOOL_KEY,
        label_visibility="collapsed",
        persist_state="session",
    )


with frame.page(_("Draw"), "✏️"):
    st.title(_("Can it read your digit?"))
    watching = is_training() or is_learning()
    st.fragment(draw_and_read, run_every=WATCH_SECONDS if watching else None)(watching)
    show_source(
        read_strokes,
        rasterize_strokes,
        Model.predict_logits,
        why_no_digit,
        compute_evidence,
        compute_activations,
        purposes=[
            _("The answer"),
            _("Your strokes become a picture like MNIST's"),
            _("The picture becomes ten scores"),
            _("Not a digit?"),
            _("Why?"),
            _("Layers"),
        ],
    )
