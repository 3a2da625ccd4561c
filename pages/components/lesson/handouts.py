"""Things to print: a worksheet with the questions, and the teacher's notes with answers and timing.

Made from the same texts as the lesson, in the visitor's language, as one HTML file each.
"""

from __future__ import annotations

from html import escape
from string import ascii_uppercase

from pages.components.language import _, current
from pages.components.lesson.questions import Question
from pages.components.lesson.steps import STEPS, Step

STYLE = """
body { font: 12pt/1.5 "Noto Sans KR", "Malgun Gothic", "Apple SD Gothic Neo", sans-serif; max-width: 46rem;
  margin: 2rem auto; padding: 0 1rem; color: #15202b; }
h1 { font-size: 20pt; } h2 { font-size: 14pt; margin-top: 2rem; border-bottom: 1px solid #999; }
section, li { break-inside: avoid; } ol.choices { list-style: upper-alpha; } .line { border-bottom: 1px solid #999;
  height: 2.2rem; } .small { color: #555; } table { border-collapse: collapse; } td { padding: 0.2rem 0.8rem 0.2rem 0; }
@page { size: A4; margin: 18mm; }
@media print { body { margin: 0; } }
"""


def worksheet() -> str:
    """The questions of all steps, with room for reasons."""
    parts = [f"<p>{_text(_('Name'))}: ______________________ &nbsp; {_text(_('Date'))}: ______________</p>"]
    for number, step in enumerate(STEPS, 1):
        questions = "".join(_question(question) for question in step.questions)
        parts.append(f"<section><h2>{number}. {_text(_(step.title))}</h2>{questions}</section>")
    return _document(_("Worksheet: how does a machine learn to read digits?"), parts)


def teachers_notes() -> str:
    """Answers, timing, what tends to go wrong."""
    total = sum(step.minutes for step in STEPS)
    parts = [
        f"<p>{_text(_('{minutes} minutes in all. Best with one screen for two students.', minutes=total))}</p>"
    ]
    parts += [_notes(number, step) for number, step in enumerate(STEPS, 1)]
    return _document(_("Teacher's notes"), parts)


def _question(question: Question) -> str:
    choices = "".join(f"<li>{_text(_(choice))}</li>" for choice in question.choices)
    why = f"<p class='small'>{_text(_('Why do you think so?'))}</p><div class='line'></div>"
    return f"<p><b>{_text(_(question.prompt))}</b></p><ol class='choices'>{choices}</ol>{why}"


def _notes(number: int, step: Step) -> str:
    title = _("{number}. {title} ({minutes} min)", number=number, title=_(step.title), minutes=step.minutes)
    answers = "".join(
        f"<li><b>{_text(_(question.prompt))}</b><br>{ascii_uppercase[question.right]}: "
        f"{_text(_(question.choices[question.right]))}. {_text(_(question.explanation))}</li>"
        for question in step.questions
    )
    return (
        f"<section><h2>{_text(title)}</h2><p>{_text(_('Aim'))}: {_text(_(step.aim))}</p><ul>{answers}</ul>"
        f"<p class='small'>⚠ {_text(_(step.pitfall))}</p></section>"
    )


def _document(title: str, parts: list[str]) -> str:
    return (
        f"<!doctype html><html lang='{current()}'><head><meta charset='utf-8'><title>{_text(title)}</title>"
        f"<style>{STYLE}</style></head><body><h1>{_text(title)}</h1>{''.join(parts)}</body></html>"
    )


def _text(words: str) -> str:
    return escape(words.replace("**", "").replace("`", ""))
