"""On a Korean page Streamlit's own words are Korean, too: those to see, those to hear, and those that come later."""

from __future__ import annotations

import re

import pytest

from .conftest import Page, playwright
from .test_train import TRAINING_TIMEOUT_MS, status

expect = playwright.expect

# Latin words that stand anywhere outside of code, formulas, charts' marks and icons.
FIND_LATIN = """() => {
  const found = new Set()
  const note = (text) => {
    for (const part of (text ?? '').split(': ')) {  // "Fullscreen: what the chart shows"
      if (/[A-Za-z]{2,}/.test(part) && !/[가-힣]/.test(part)) found.add(part.trim())
    }
  }
  const passed = 'code, pre, svg, style, script, noscript, [data-testid=stIconMaterial], .katex, canvas'
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node
    if (element.closest(passed) || !element.checkVisibility()) continue
    if (node.nodeType === Node.TEXT_NODE) note(node.data)
    else for (const name of ['aria-label', 'placeholder', 'title', 'alt']) note(node.getAttribute(name))
  }
  return [...found]
}"""
NAMES = re.compile(
    r"MNIST( Lab)?|English|NumPy|TensorFlow|Adam|https?:\S+|· |• .*|[\w.]+\.npz|\([\d, ]*\) uint8"
)


def english(page: Page) -> list[str]:
    return [text for text in page.evaluate(FIND_LATIN) if not NAMES.fullmatch(text)]


def expect_korean(page: Page) -> None:
    """Words are said anew just after they come: wait a moment before finding fault."""
    for _again in range(20):
        if not english(page):
            return
        page.wait_for_timeout(250)
    assert not english(page)


def open_all(page: Page) -> None:
    for summary in page.locator("[data-testid=stExpander] summary").all():
        summary.click()


@pytest.mark.parametrize("path", ["/", "/lesson", "/train", "/browse", "/draw", "/compare"])
def test_nothing_of_a_korean_page_is_english(page: Page, path: str) -> None:
    page.goto(f"{path}?lang=ko")
    page.get_by_text("숫자: ", exact=False).last.wait_for()
    open_all(page)
    expect_korean(page)


def test_words_that_come_later_are_korean_and_go_back_with_the_language(page: Page) -> None:
    page.goto("/train?lang=ko")
    page.get_by_text("설정 더 보기").click()
    seed = page.get_by_test_id("stNumberInput").locator("input")
    seed.fill("-7")
    hint = page.get_by_test_id("InputInstructions")
    expect(hint).to_have_text("Enter를 누르면 적용돼요")
    seed.press("Enter")
    expect(page.get_by_test_id("stNumberInput")).to_contain_text("0부터 2147483647까지의 수만 쓸 수 있어요.")
    more = page.get_by_test_id("stNumberInputStepUp")
    expect(more).to_have_attribute("aria-label", "늘리기")
    page.get_by_role("radio", name="English").click()
    expect(more).to_have_attribute("aria-label", "Increment")


def train(page: Page) -> None:
    page.goto("/train?lang=ko&epochs=1&training_images=1000")
    page.get_by_role("button", name="시작", exact=True).click()
    expect(status(page)).to_contain_text("완료", timeout=TRAINING_TIMEOUT_MS)


def test_the_table_of_runs_speaks_korean_in_its_menus(page: Page) -> None:
    train(page)
    page.goto("/compare?lang=ko")
    table = page.get_by_test_id("stDataFrame")
    table.hover()
    expect(page.get_by_label("열 보이기와 숨기기")).to_be_visible()
    box = table.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 150, box["y"] + 18)
    page.wait_for_timeout(500)
    page.mouse.click(box["x"] + 270, box["y"] + 18)
    expect(page.get_by_test_id("stDataFrameColumnMenu")).to_contain_text("오름차순으로 정렬")
    expect_korean(page)


def test_that_the_file_of_a_deleted_run_cannot_be_made_is_said_in_korean(page: Page) -> None:
    train(page)
    page.goto("/compare?lang=ko")
    page.get_by_role("button", name="내려받기").click()
    page.get_by_role("button", name="학습 전체").wait_for()
    tab = page.context.new_page()
    tab.goto("/compare?lang=ko")
    tab.get_by_role("button", name="삭제").click()
    tab.get_by_role("button", name="지울게요").click()
    tab.get_by_text("아직 비교할 것이 없어요").wait_for()
    page.get_by_role("button", name="학습 전체").click()
    expect(page.get_by_text("내려받을 파일을 만들지 못했어요.")).to_be_visible()


def test_a_screen_reader_hears_the_values_of_charts_in_korean(page: Page) -> None:
    train(page)
    page.goto("/compare?lang=ko")
    marks = page.locator(".stVegaLiteChart [aria-label]")
    page.locator(".stVegaLiteChart [aria-label*='정답: 9']").first.wait_for()
    heard = marks.evaluate_all("all => all.map(each => each.getAttribute('aria-label'))")
    values = [label for label in heard if ": " in label]  # the others are the charts' own alt texts
    assert len(values) >= 110  # a matrix and a bar for each digit
    assert not [label for label in values if re.search(r"(^|; )[A-Za-z]+: |titled|legend", label)]


def test_a_run_may_be_called_like_a_word_of_streamlits(page: Page) -> None:
    train(page)
    page.goto("/compare?lang=ko")
    name = page.get_by_test_id("stTextInput").locator("input")
    name.fill("Search")
    name.press("Enter")
    shown = page.get_by_test_id("stMarkdownContainer").get_by_text("Search", exact=True)
    expect(shown).to_be_visible()
    page.goto("/train?lang=ko")
    page.get_by_test_id("stVegaLiteChart").first.hover()
    expect(page.get_by_role("button", name="전체 화면: 시간에 따른 손실, 학습과 테스트")).to_be_visible()
    expect(shown).to_be_visible()
