"""What all tests share: patience on a busy machine, and that on CI nothing skips."""

from __future__ import annotations

import os

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
