"""Korean syllables as skeletons, put together as they are written: consonant, vowel, now and then a last consonant.

Those that resemble a digit by themselves (ㄱ a 7, ㅇ a 0, ㅣ a 1) become none as part of a syllable, and so the
judge learns from whole ones. The notation is that of `skeletons.py`; every letter fills a box of 100 × 100.
"""

from __future__ import annotations

import re

import numpy as np

CONSONANTS = {
    "ㄱ": "0,4 96,2! 90,50 70,100",
    "ㄴ": "4,0 2,96! 100,94",
    "ㄷ": "96,0 4,2! 4,96! 100,96",
    "ㄹ": "0,0 96,0! 96,46! 4,50! 4,98! 100,96",
    "ㅁ": "4,0 4,98! 96,98! 96,0! 4,2",
    "ㅂ": "6,0 6,98! 94,98! 94,0 | 6,50 94,50",
    "ㅅ": "52,0 38,50 0,100 | 46,36 70,66 100,96",
    "ㅇ": "50,0 8,20 4,60 40,100 88,84 96,40 50,0",
    "ㅈ": "4,2 94,2! 50,50 2,100 | 54,46 98,98",
    "ㅊ": "36,-16 66,-16 | 4,8 94,8! 50,54 2,100 | 54,48 98,98",
    "ㅋ": "0,4 96,2! 90,50 70,100 | 6,46 90,44",
    "ㅌ": "96,0 4,2! 4,96! 100,96 | 6,48 90,46",
    "ㅍ": "0,2 100,2 | 28,4 32,96 | 72,4 68,96 | 0,98 100,98",
    "ㅎ": "34,-8 66,-8 | 2,16 98,16 | 50,32 14,44 10,78 40,100 84,90 90,54 50,32",
}
BESIDE = {  # vowels right of the consonant
    "ㅏ": "20,0 20,100 | 20,46 100,46",
    "ㅑ": "20,0 20,100 | 20,36 100,36 | 20,60 100,60",
    "ㅓ": "80,0 80,100 | 0,46 80,46",
    "ㅕ": "80,0 80,100 | 0,34 80,34 | 0,58 80,58",
    "ㅣ": "50,0 50,100",
    "ㅐ": "10,0 10,100 | 10,46 90,46 | 90,-4 90,104",
    "ㅔ": "50,0 50,100 | 0,46 50,46 | 100,-4 100,104",
}
BELOW = {  # vowels under it
    "ㅗ": "50,0 50,90 | 0,100 100,100",
    "ㅛ": "32,0 32,90 | 68,0 68,90 | 0,100 100,100",
    "ㅜ": "0,0 100,0 | 50,0 50,100",
    "ㅠ": "0,0 100,0 | 32,0 32,100 | 68,0 68,100",
    "ㅡ": "0,40 100,40",
}
SIMPLE = (
    "ㄱㄴㅅㅇ"  # written more often: what they make with a vowel comes closest to a digit (나 to 4, 구 to 7)
)
LAST = 0.25  # share of syllables that end in a consonant

Box = tuple[float, float, float, float]  # left, top, right, bottom


def random_syllable(rng: np.random.Generator) -> str:
    """One syllable as a skeleton, about 100 × 100."""
    has_last = rng.random() < LAST
    bottom = 58.0 if has_last else 100.0
    first = _pick(
        {letter: CONSONANTS[letter] for letter in SIMPLE} if rng.random() < 0.5 else CONSONANTS, rng
    )
    if rng.random() < 0.5:
        parts = [_place(first, (0, 6, 54, bottom * 0.8)), _place(_pick(BESIDE, rng), (66, -4, 98, bottom))]
    else:
        parts = [
            _place(first, (18, 0, 82, bottom * 0.5)),
            _place(_pick(BELOW, rng), (-4, bottom * 0.62, 104, bottom)),
        ]
    if has_last:
        parts.append(_place(_pick(CONSONANTS, rng), (18, 70, 88, 104)))
    return " | ".join(parts)


def _pick(letters: dict[str, str], rng: np.random.Generator) -> str:
    return list(letters.values())[rng.integers(len(letters))]


def _place(path: str, box: Box) -> str:
    """A letter moved into a box."""
    left, top, right, bottom = box

    def moved(point: re.Match[str]) -> str:
        x, y = float(point[1]), float(point[2])
        return f"{left + x * (right - left) / 100:.0f},{top + y * (bottom - top) / 100:.0f}"

    return re.sub(r"(-?\d+),(-?\d+)", moved, path)
