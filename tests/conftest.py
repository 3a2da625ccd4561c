"""What all tests share: patience on a busy machine, and that on CI nothing skips."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """With FORBID_SKIPS set, a skipped test fails the whole run: a test nobody runs is no test."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("FORBID_SKIPS") and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("Tests were skipped although FORBID_SKIPS is set.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def home_of_the_session(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """One `MNIST_HOME` for all: the built-in digits are made once."""
    monkeypatch.setenv("MNIST_HOME", str(tmp_path_factory.getbasetemp() / "home"))


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    """Opens a page for a visitor who has these runs; the page, and the service that stands in for the real one."""
    from pages.components import state
    from tests.app_page import at_page
    from tests.run_examples import OWNER, ExampleService

    monkeypatch.setenv("MNIST_HOME", str(tmp_path))

    def open_it(page: str, *runs: Any, **parameters: str) -> tuple[Any, Any]:
        service = ExampleService(*runs)
        monkeypatch.setattr(state, "run_service", lambda: service)
        monkeypatch.setattr(state, "visitor", lambda: OWNER)
        test = at_page(page, **parameters).run()
        assert not test.exception
        return test, service

    return open_it
