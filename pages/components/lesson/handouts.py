"""Things to print: a worksheet with the questions, and the teacher's notes with answers and timing.

Made from the same texts as the lesson, in the visitor's language, as one HTML file each.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from string import ascii_uppercase

from pages.components.language import _, current
from pages.components.lesson.questions import Question
from pages.components.lesson.steps import STEPS, Step
from pages.components.lesson.steps.data import THE_POST

STYLE = """
body { font: 10.5pt/1.45 "Noto Sans KR", "Noto Sans CJK KR", "Malgun Gothic", "Apple SD Gothic Neo", sans-serif;
  max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #0f1720; word-break: keep-all; }
h1 { font-size: 18pt; margin-bottom: 0.5rem; }
h2 { font-size: 13pt; margin: 1.2rem 0 0.4rem; padding: 0.2rem 0.7rem; border-left: 5px solid #0b6fa4;
  background: #f1f5f9; print-color-adjust: exact; -webkit-print-color-adjust: exact; break-after: avoid; }
.question, .notes, tr { break-inside: avoid; }
.question { margin: 0.7rem 0; }
.question ol { display: flex; flex-wrap: wrap; gap: 0.2rem 3.2rem; list-style: upper-alpha; margin: 0.3rem 0 0.5rem; }
.why { display: flex; gap: 0.6rem; color: #4a5560; }
.why::after { content: ""; flex: 1; }
.why::after, .line { border-bottom: 1px solid #999; }
.line { height: 1.6rem; }
td:not(:last-child) { white-space: nowrap; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 0.25rem 0.8rem 0.25rem 0; border-bottom: 1px solid #ccd3da; }
@page { size: A4; margin: 14mm 16mm; }
@media print { body { margin: 0; max-width: none; padding: 0; } }
"""


def worksheet() -> str:
    """The questions of all steps, with room for reasons."""
    parts = [
        f"<p>{_text(_(THE_POST))}</p>",
        f"<p>{_text(_('Class and name'))}: ______________________ &nbsp; {_text(_('Date'))}: ______________</p>",
    ]
    for number, step in enumerate(STEPS, 1):
        questions = "".join(_question(question) for question in step.questions)
        parts.append(f"<section><h2>{number}. {_text(_(step.title))}</h2>{questions}</section>")
    return _document(_("Worksheet: how does a machine learn to read digits?"), parts)


def teachers_notes() -> str:
    """What to prepare, the timetable, and for each step its aim, its answers and what tends to go wrong."""
    total = sum(step.minutes for step in STEPS)
    parts = [
        f"<p>{_text(_(THE_POST))}</p>",
        f"<p>{_text(_('{minutes} minutes in all. Best with one screen for two students.', minutes=total))}</p>",
        f"<h2>{_text(_('Five minutes before'))}</h2><ul>{_items(_preparation())}</ul>",
        _timetable(),
    ]
    parts += [_notes(number, step) for number, step in enumerate(STEPS, 1)]
    return _document(_("Teacher's notes"), parts)


def _preparation() -> list[str]:
    return [
        _("Open Lesson on the projector and switch on “Projector view”."),
        _("“Invite the class” on Home shows the address and a QR code for the phones."),
        _(
            "The last line of each page says which digits are used. The post's figures fit the real MNIST only."
        ),
        _(
            "Start the 1000 epochs of step 5 on the projector now: they take some minutes, are kept, and are done "
            "when you get there."
        ),
        _("A class was here before? “For the teacher”, “Start the lesson again” clears its answers."),
        _("Print the worksheet: everyone decides on paper before the answer appears."),
        _("Short of time? Steps 1, 4 and 7 tell the story."),
    ]


def _timetable() -> str:
    head = "".join(f"<th>{_text(words)}</th>" for words in (_("Minute"), _("Step of the lesson"), _("Aim")))
    rows, start = "", 0
    for number, step in enumerate(STEPS, 1):
        end = start + step.minutes
        cells = (f"{start}–{end}", f"{number}. {_(step.title)}", _(step.aim))
        rows += "<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in cells) + "</tr>"
        start = end
    return f"<h2>{_text(_('Timetable'))}</h2><table><tr>{head}</tr>{rows}</table>"


def _question(question: Question) -> str:
    choices = _items(_(choice) for choice in question.choices)
    why = f"<div class='why'>{_text(_('Why do you think so?'))}</div><div class='line'></div>"
    return f"<div class='question'><b>{_text(_(question.prompt))}</b><ol>{choices}</ol>{why}</div>"


def _notes(number: int, step: Step) -> str:
    title = _("{number}. {title} ({minutes} min)", number=number, title=_(step.title), minutes=step.minutes)
    answers = "".join(
        f"<li><b>{_text(_(question.prompt))}</b><br>{ascii_uppercase[question.right]}: "
        f"<b>{_text(_(question.choices[question.right]))}</b>. {_text(_(question.explanation))}</li>"
        for question in step.questions
    )
    pitfall = f"<p><b>{_text(_('Watch out'))}:</b> {_text(_(step.pitfall))}</p>"
    aim = f"<p>{_text(_(step.aim))}</p>"
    return f"<section class='notes'><h2>{_text(title)}</h2>{aim}<ul>{answers}</ul>{pitfall}</section>"


def _items(texts: Iterable[str]) -> str:
    return "".join(f"<li>{_text(text)}</li>" for text in texts)


def _document(title: str, parts: list[str]) -> str:
    return (
        f"<!doctype html><html lang='{current()}'><head><meta charset='utf-8'><title>{_text(title)}</title>"
        f"<style>{STYLE}</style></head><body><h1>{_text(title)}</h1>{''.join(parts)}</body></html>"
    )


def _text(words: str) -> str:
    return escape(words.replace("**", "").replace("`", ""))
