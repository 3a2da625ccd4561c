"""Read a digit from a picture or a photo."""

from __future__ import annotations

import io
from typing import BinaryIO

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from mnist_core import Model, read_image
from mnist_core.errors import DrawingError
from pages.components.draw.keep import keep_picture_buttons
from pages.components.draw.live_answer import live_answers
from pages.components.language import _
from pages.components.live_pictures import Picture, live_pictures

KINDS = ["png", "jpg", "jpeg", "webp", "bmp", "gif"]
LARGEST_SIDE = 1600
MOST_PIXELS = 80_000_000


def photo_reader(model: Model, name: str) -> None:
    """Let the visitor upload or photograph one digit, and show what the model makes of it."""
    st.caption(_("One digit, dark ink on light paper or light on dark."))
    upload = st.file_uploader(_("A picture of a digit"), type=KINDS, key="picture_upload")
    if st.toggle(_("Use the camera"), key="use_camera"):
        upload = st.camera_input(_("Photograph a digit"), key="picture_camera") or upload
    if upload is None:
        return
    picture = open_picture(upload)
    reading = read_image(picture, model)
    shown, seen, answered = st.columns([1, 1, 2], vertical_alignment="center")
    with shown:
        st.image(picture, width=160, alt=_("Your picture"))
    with answered:
        live_answers([(name, reading)])
    if reading.image.any():
        with seen:
            live_pictures("picture_seen", [Picture(reading.image, title=_("The model sees"))], side=126)
        keep_picture_buttons(reading.image)


def open_picture(file: BinaryIO) -> NDArray[np.uint8]:
    """Pixels of an image file, upright: (H, W, 3) or (H, W, 4) uint8.

    Raises
    ------
    DrawingError
        for a file that is no picture, is damaged, or far too large
    """
    try:
        with Image.open(io.BytesIO(file.read())) as image:
            if image.width * image.height > MOST_PIXELS:
                raise DrawingError(
                    "This picture is too large: {width} × {height} pixels. Make it smaller.",
                    width=image.width,
                    height=image.height,
                )
            image.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
            has_alpha = "A" in upright.getbands() or "transparency" in upright.info
            return np.asarray(upright.convert("RGBA" if has_alpha else "RGB"), np.uint8)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        if isinstance(error, DrawingError):
            raise
        raise DrawingError("This file is no picture, or it is damaged. Try a PNG or JPEG.") from error
