"""Read a digit from a picture or a photo."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from mnist_core import Model, Reading, read_image
from mnist_core.errors import DrawingError
from pages.components.draw.keep import keep_picture_buttons
from pages.components.draw.live_answer import live_answers
from pages.components.language import _
from pages.components.live_pictures import Picture, live_pictures

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

PHOTO_KEY = "draw_photo"
KINDS = ["png", "jpg", "jpeg", "webp", "bmp", "gif"]
LARGEST_SIDE = 1600
SHOWN_SIDE = 320
MOST_PIXELS = 30_000_000  # to be decoded; a JPEG's are far fewer than the camera's


def photo_reader(model: Model, name: str) -> None:
    """Let the visitor upload or photograph one digit, and show what the model makes of it."""
    st.caption(_("One digit, dark ink on light paper or light on dark."))
    upload = st.file_uploader(_("A picture of a digit"), type=KINDS, key="picture_upload")
    if st.toggle(_("Use the camera"), key="use_camera"):
        upload = st.camera_input(_("Photograph a digit"), key="picture_camera") or upload
    if upload is None:
        st.session_state.pop(PHOTO_KEY, None)
        return
    photo = _kept_photo(upload)
    reading = photo.read_by(model)
    shown, seen, answered = st.columns([1, 1, 2], vertical_alignment="center")
    with shown:
        st.image(photo.small, width=160, alt=_("Your picture"))
    with answered:
        live_answers([(name, reading)])
    if reading.image.any():
        with seen:
            live_pictures("picture_seen", [Picture(reading.image, title=_("The model sees"))], side=126)
        keep_picture_buttons(reading.image, photo.file_id)


@dataclass
class _Photo:
    """A file that was opened, and the last reading of it: both are asked for ten times a second."""

    file_id: str
    picture: NDArray[np.uint8]
    reader: Model | None = None
    reading: Reading | None = None

    @cached_property
    def small(self) -> bytes:
        """As it is shown, as PNG."""
        image, file = Image.fromarray(self.picture), io.BytesIO()
        image.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
        image.save(file, format="png")
        return file.getvalue()

    def read_by(self, model: Model) -> Reading:
        """What the model makes of it."""
        if self.reading is None or self.reader is not model:
            self.reader, self.reading = model, read_image(self.picture, model)
        return self.reading


def _kept_photo(upload: UploadedFile) -> _Photo:
    photo: _Photo | None = st.session_state.get(PHOTO_KEY)
    if photo is None or photo.file_id != upload.file_id:
        photo = st.session_state[PHOTO_KEY] = _Photo(upload.file_id, open_picture(upload))
    return photo


def open_picture(file: BinaryIO) -> NDArray[np.uint8]:
    """Pixels of an image file, upright: (H, W, 3) or (H, W, 4) uint8.

    Raises
    ------
    DrawingError
        for a file that is no picture, is damaged, or far too large
    """
    try:
        with Image.open(io.BytesIO(file.read())) as image:
            width, height = image.size
            image.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))
            if image.width * image.height > MOST_PIXELS:
                raise DrawingError(
                    "This picture is too large: {width} × {height} pixels. Make it smaller.",
                    width=width,
                    height=height,
                )
            small = _in_eight_bits(image)
            small.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
            upright = ImageOps.exif_transpose(small)
            has_alpha = "A" in upright.getbands() or "transparency" in upright.info
            return np.asarray(upright.convert("RGBA" if has_alpha else "RGB"), np.uint8)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        if isinstance(error, DrawingError):
            raise
        raise DrawingError("This file is no picture, or it is damaged. Try a PNG or JPEG.") from error


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """What a scanner wrote with 16 bits a pixel: Pillow would clip it to white."""
    return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)) if image.mode.startswith("I") else image
