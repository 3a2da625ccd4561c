"""A page as a visitor opens it by its address, and the lesson's questions answered."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from pages.components.lesson.steps import STEPS

PROJECT = Path(__file__).parents[1]


def at_page(script: str, **parameters: str) -> AppTest:
    """The page of `pages/script` with these parameters in its address, not yet run."""
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=120)
    app.switch_page(f"pages/{script}")
    for name, value in parameters.items():
        app.query_params[name] = value
    return app


def lesson(**parameters: str) -> AppTest:
    """The lesson, run once."""
    return at_page("lesson.py", **parameters).run()


def answer_everything(app: AppTest, *, rightly: bool) -> None:
    """Answer every question of a step, those that come after an answer, too."""
    questions = {question.name: question for step in STEPS for question in step.questions}
    while checks := [button for button in app.button if str(button.key).startswith("check_")]:
        for check in checks:
            name = str(check.key).removeprefix("check_")
            radio, right = app.radio(f"lesson_{name}"), questions[name].right
            radio.set_value(right if rightly else (right + 1) % len(radio.options))
            app.run()
            app.button(f"check_{name}").click().run()
