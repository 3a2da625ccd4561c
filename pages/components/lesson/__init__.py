"""The parts of Lesson: its steps, their code, charts, questions, and what can be printed."""
