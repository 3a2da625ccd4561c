"""Korean particles change with the sound before them: 3을 but 4를. Translations write both: `{digit}을(를)`."""

from __future__ import annotations

import re

BOTH_FORMS = {
    "을(를)": ("을", "를"),
    "은(는)": ("은", "는"),
    "이(가)": ("이", "가"),
    "과(와)": ("과", "와"),
    "(으)로": ("으로", "로"),
    "이에요(예요)": ("이에요", "예요"),
    "(이)라": ("이라", "라"),
}
FIRST_SYLLABLE, FINALS = ord("가"), 28
FINAL_R = 8  # ㄹ: 으로 becomes 로 after it as well
# How the last digit of a number is read: 영 일 이 삼 사 오 육 칠 팔 구; 퍼센트.
READINGS = dict(zip("0123456789%", "영일이삼사오육칠팔구트", strict=True))
PATTERN = re.compile(r"([0-9%가-힣])([*”]*)(" + "|".join(map(re.escape, BOTH_FORMS)) + ")")


def fit_particles(text: str) -> str:
    """Choose the form that fits after a number or a Korean word; after anything else both stay."""
    return PATTERN.sub(_fit, text)


def _fit(match: re.Match[str]) -> str:
    before, marks, forms = match.groups()
    final = (ord(READINGS.get(before, before)) - FIRST_SYLLABLE) % FINALS
    has_final = final != 0 and not (forms == "(으)로" and final == FINAL_R)
    return before + marks + BOTH_FORMS[forms][0 if has_final else 1]
