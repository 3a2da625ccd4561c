"""The run service learns which tabs are open."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.runs.service import RunService


def script() -> None:
    from pages.components import state

    state.run_service()
    state.run_service()


def test_a_tab_is_told_once_however_often_its_script_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    attached: list[str] = []
    monkeypatch.setattr(RunService, "attach", lambda self, owner: attached.append(owner))
    app = AppTest.from_function(script, default_timeout=120)
    app.run()
    app.run()
    assert not app.exception
    assert len(attached) == 1
