const PLACES = [
  '.stFileUploader', '.stCameraInput', '[data-testid^=stDataFrame]', '[data-testid=stTooltipContent]',
  '[data-testid=InputInstructions]', '[data-testid=stNumberInputContainer]', '[data-testid=stSkipToContent]',
  '.stDialog h2', '[data-testid=stDownloadButtonError]',
].join()  // where Streamlit writes text of its own; what stands elsewhere is ours, or anyone's
const ATTRIBUTES = ['aria-label', 'placeholder', 'title', 'alt']
const shown = new WeakMap()
let spoken = []
let exact = new Map()
let patterns = []

export default function ({ data, parentElement }) {
  document.cookie = `${data.cookie}=${data.visitor}; Max-Age=31536000; Path=/; SameSite=Lax`
  document.documentElement.lang = data.language
  document.addEventListener('pointerdown', leaveField, true)  // the same function again is not added again
  speak(data.words)
  const before = shown.get(parentElement)
  if (before !== undefined && before !== data.place) goUp()
  shown.set(parentElement, data.place)
}

// A tap would send the page change first and what was typed after it, where it may find its page gone.
function leaveField({ target }) {
  const field = document.activeElement?.closest('.stTextInput, .stNumberInput')
  if (field && !field.contains(target)) document.activeElement.blur()
}

function goUp() {
  const main = document.querySelector('[data-testid=stMain]')
  const heading = main?.querySelector('h2')
  main?.scrollTo({ top: 0 })
  if (heading?.compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING) {
    heading.tabIndex = -1  // the keyboard was further down: it goes up, too
    heading.focus({ preventScroll: true })
  }
}

// Streamlit's own words: what stands there is said anew, and whatever comes. First the last language is taken back.
function speak(words) {
  const pairs = Object.entries(words)
  for (const each of [spoken.map(([theirs, ours]) => [ours, theirs]), pairs]) {
    exact = new Map(each)
    patterns = each.filter(([text]) => text.includes('{')).map(([text, other]) => [toPattern(text), other])
    if (each.length) visit(document.body)
  }
  spoken = pairs
  window.mnistLabWords?.disconnect()  // of an earlier page
  window.mnistLabWords = new MutationObserver((changes) => changes.forEach(({ type, target, addedNodes }) =>
    type === 'childList' ? addedNodes.forEach(visit) : type === 'attributes' ? visitAttributes(target) : visit(target)))
  if (pairs.length) {
    const what = { subtree: true, childList: true, characterData: true, attributeFilter: ATTRIBUTES }
    window.mnistLabWords.observe(document.body, what)
  }
}

const toPattern = (text) =>
  new RegExp(`^${text.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '(.+)')}$`)

function say(whole) {
  const text = whole.trim()
  if (exact.has(text)) return exact.get(text)
  for (const [pattern, other] of patterns) {
    const values = text.match(pattern)?.slice(1)
    if (values) return other.replace(/\{\w+\}/g, () => values.shift())
  }
  const colon = text.indexOf(': ')  // "Fullscreen: what the chart shows"
  return exact.has(text.slice(0, colon)) ? exact.get(text.slice(0, colon)) + text.slice(colon) : whole
}

function visit(node) {
  if (node.nodeType === Node.TEXT_NODE) {
    const said = say(node.data)
    if (said !== node.data && node.parentElement?.closest(PLACES)) node.data = said
  } else if (node instanceof HTMLElement) {  // not the thousand marks of a chart
    visitAttributes(node)
    node.childNodes.forEach(visit)
  }
}

function visitAttributes(element) {
  for (const name of ATTRIBUTES) {
    const text = element.getAttribute(name)
    const said = text && say(text)
    if (said !== text) element.setAttribute(name, said)
  }
}
