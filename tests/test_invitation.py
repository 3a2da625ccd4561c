"""The address a class is given leads here."""

from __future__ import annotations

import socket

import pytest

from pages.components import invitation


def test_an_address_others_can_use_is_kept() -> None:
    assert invitation.class_url("http://192.168.1.7:8501/train?x=1") == "http://192.168.1.7:8501"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_localhost_becomes_this_machines_own_address(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invitation, "_own_address", lambda: "10.1.2.3")
    assert invitation.class_url(f"http://{host}:8501/") == "http://10.1.2.3:8501"


def test_without_any_network_the_address_is_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_values: object) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", unreachable)
    assert invitation._own_address() == "localhost"
