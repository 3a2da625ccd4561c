"""The settings of the next run: a recipe first, the rest behind "More settings"; all in the address bar."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import streamlit as st

from mnist_core import ARCHITECTURES, OPTIMIZERS, PRESETS, TrainingConfig, tensorflow_available
from mnist_core.backends import BACKENDS
from mnist_core.configuration import AUGMENTATIONS, SCHEDULES, WEIGHT_GRADIENTS
from mnist_core.data import SOURCES
from mnist_core.data.dataset import CLASSES
from mnist_core.messages import Phrase, mark
from mnist_core.network import INITIALIZATIONS, PIXEL_RANGES
from pages.components.language import SETTINGS, _, error_text
from pages.components.link_values import came_by_history
from pages.components.runs.address import RECIPES, Request, read_request, write_request
from pages.components.runs.words import preset_title, setting_label, setting_phrase, value_text

NAMES = ("preset", "data", *asdict(TrainingConfig()))
WRITTEN_KEY = "train_addresses"
PROBLEMS_KEY = "train_problems"
EPOCHS = (1, 2, 3, 5, 8, 10, 12, 15, 20, 30, 50, 100, 200, 500, 1000)
RATES = (0.0001, 0.0003, 0.001, 0.002, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
BATCH_SIZES = (1, 8, 32, 64, 128, 256, 512, 1024, "full")
RECIPE_ORDER = {"post-numpy": 0, "post-tensorflow": 1, "softmax": 2, "mlp": 3, "cnn": 4}
PLACES_KEPT = 50


def key(name: str) -> str:
    """Where a setting lives in the session."""
    return f"{SETTINGS}{name}"


def choose_settings() -> Request:
    """Show the settings and return what is chosen."""
    _take_in_address()
    for problem in st.session_state.get(PROBLEMS_KEY, ()):
        st.warning(error_text(problem), icon="🔗")
    st.pills(
        setting_label("preset"),
        sorted(RECIPES, key=lambda name: RECIPE_ORDER.get(name, len(RECIPE_ORDER))),
        format_func=preset_title,
        key=key("preset"),
        required=True,
        wrap=True,
        on_change=_load_preset,
        persist_state="session",
    )
    preset = PRESETS[st.session_state[key("preset")]]
    st.caption(_(preset.description))
    _choose_backend()
    _slider("epochs", EPOCHS)
    _slider("learning_rate", RATES)
    st.caption(rate_meaning(st.session_state[key("learning_rate")], st.session_state[key("optimizer")]))
    with st.expander(_("More settings"), icon="⚙️"):
        _more_settings()
    request = chosen_request()
    _put_into_address(request)
    return request


def chosen_request() -> Request:
    """What is chosen now; in a callback too, where the controls are yet to be drawn with it."""
    chosen = {name: st.session_state[key(name)] for name in asdict(TrainingConfig())}
    chosen["batch_size"] = _fitting_batch()
    return Request(
        st.session_state[key("preset")], TrainingConfig.from_dict(chosen), st.session_state[key("data")]
    )


def name_of(request: Request) -> Phrase:
    """What to call a run: its recipe, and the settings that are not the recipe's."""
    written = write_request(request)
    name = Phrase(PRESETS[request.preset].title)
    for setting, value in {"data": request.data, **asdict(request.config)}.items():
        if setting in written:
            name = setting_phrase(mark("{name}, {label}: {value}"), setting, value, name=name)
    return name


def load_settings(request: Request) -> None:
    """Set every control to this request. Only before the controls are drawn, that is in a callback."""
    values = {"preset": request.preset, "data": request.data, **asdict(request.config)}
    for name, value in values.items():
        st.session_state[key(name)] = value


def rate_meaning(rate: float, optimizer: str) -> str:
    """What to expect of a learning rate."""
    high, low = (0.03, 0.0003) if optimizer == "adam" else (3, 0.003)
    if rate >= high:
        return _("{rate:g}: very long steps. It may jump about, or diverge: try it!", rate=rate)
    if rate <= low:
        return _("{rate:g}: very short steps. Safe, but slow.", rate=rate)
    if rate == 0.1:
        return _("0.1: the post's rate for its NumPy model. At 10 it would diverge.")
    if rate == 0.01:
        return _("0.01: the post's rate for its TensorFlow model.")
    return _("{rate:g}: a usual rate. Ten times as much would be too much.", rate=rate)


def _take_in_address() -> None:
    """Set the controls from the link, unless the link is one we wrote ourselves."""
    incoming = {name: st.query_params[name] for name in NAMES if name in st.query_params}
    is_new = incoming and (came_by_history() or incoming not in st.session_state.get(WRITTEN_KEY, []))
    if is_new or key("preset") not in st.session_state:
        request = read_request(incoming)
        load_settings(request)
        st.session_state[PROBLEMS_KEY] = request.problems


def _put_into_address(request: Request) -> None:
    wanted = write_request(request)
    written = st.session_state.setdefault(WRITTEN_KEY, [])
    if wanted not in written:
        st.session_state[WRITTEN_KEY] = [*written, wanted][-PLACES_KEPT:]
    for name in () if came_by_history() else NAMES:
        if name in wanted and st.query_params.get(name) != wanted[name]:
            st.query_params[name] = wanted[name]
        elif name not in wanted and name in st.query_params:
            del st.query_params[name]


def _load_preset() -> None:
    st.session_state[PROBLEMS_KEY] = ()
    load_settings(read_request({"preset": st.session_state[key("preset")]}))


def _slider(name: str, usual: tuple[Any, ...]) -> None:
    options = sorted({*usual, st.session_state[key(name)]})
    st.select_slider(
        setting_label(name),
        options,
        format_func=lambda value: f"{value:g}",
        key=key(name),
        persist_state="session",
    )


def _choice(name: str, options: tuple[Any, ...], *, disabled: bool = False) -> None:
    if st.session_state[key(name)] not in options:
        options = (*options, st.session_state[key(name)])
    st.selectbox(
        setting_label(name),
        options,
        format_func=lambda value: value_text(name, value),
        key=key(name),
        placeholder=value_text(name, None),  # None counts as nothing chosen
        disabled=disabled,
        persist_state="session",
        filter_mode=None,
    )


def _choose_backend() -> None:
    why_not = tensorflow_available()
    st.segmented_control(
        setting_label("backend"),
        BACKENDS,
        format_func=lambda backend: value_text("backend", backend),
        key=key("backend"),
        required=True,
        disabled=why_not is not None,
        persist_state="session",
    )
    if why_not is not None:
        st.caption(_("TensorFlow is off: {reason}", reason=_(why_not)))


def _more_settings() -> None:
    st.session_state[key("batch_size")] = _fitting_batch()
    _choice("architecture", tuple(ARCHITECTURES))
    _choice("optimizer", tuple(OPTIMIZERS))
    _choice("batch_size", BATCH_SIZES)
    _choice("stop_at_accuracy", (None, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99))
    _choice("data", SOURCES)
    st.number_input(
        setting_label("seed"),
        min_value=0,
        max_value=2**31 - 1,
        step=1,
        key=key("seed"),
        persist_state="session",
    )
    st.caption(_("Same settings and same seed: the same run, number by number."))
    _choice("schedule", SCHEDULES)
    _choice("augmentation", AUGMENTATIONS)
    _choice("pixel_range", PIXEL_RANGES)
    _choice("initialization", INITIALIZATIONS)
    _choice("weight_gradient", WEIGHT_GRADIENTS)
    _choice("training_images", (None, 100, 1000, 10_000))
    _choice("missing_digit", (None, *range(CLASSES)))
    _choice("shuffled_labels", (False, True))


def _fitting_batch() -> int | str:
    """The batch size; with fewer pictures than a batch holds, a batch is all of them."""
    pictures, batch = (st.session_state[key(name)] for name in ("training_images", "batch_size"))
    return "full" if pictures is not None and batch != "full" and batch > pictures else batch
