"""How the phones of a class get here: the address to type, and its QR code."""

from __future__ import annotations

import io
import socket
from functools import cache
from urllib.parse import urlsplit

import segno
import streamlit as st

from pages.components.language import _

ANY_PRIVATE_ADDRESS = ("10.255.255.255", 1)
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1", "0.0.0.0")


def show_invitation() -> None:
    """Show the address of this server and its QR code."""
    url = class_url(st.context.url or "http://localhost:8501")
    st.markdown(f"### {url}")
    st.image(_qr_png(url), width=260, alt=_("QR code of {url}", url=url))
    st.caption(
        _(
            "Phones and laptops in the same network open this address. "
            "If it does not open, start the app with --server.address 0.0.0.0 and check the firewall."
        )
    )


def class_url(url: str) -> str:
    """The address others can use: this machine's own in the network where `url` says localhost."""
    parts = urlsplit(url)
    if parts.hostname not in LOCAL_NAMES:
        return f"{parts.scheme}://{parts.netloc}"
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{_own_address()}{port}"


def _own_address() -> str:
    """This machine's address in the local network; choosing a route for UDP sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(ANY_PRIVATE_ADDRESS)
        except OSError:
            return "localhost"
        return str(probe.getsockname()[0])


@cache
def _qr_png(text: str) -> bytes:
    buffer = io.BytesIO()
    segno.make(text, error="m").save(buffer, kind="png", scale=8, border=3)
    return buffer.getvalue()
