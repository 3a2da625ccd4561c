// Small pictures, painted from bytes. Signed ones: orange speaks for, blue against.

const LINE = -128
const endings = new WeakMap()

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".live-pictures")
  const show = pictures => showPictures(root, pictures, data, setTriggerValue)
  show(data.pictures)
  endings.get(root)?.abort()
  if (data.pager === null) return
  const ending = new AbortController()
  endings.set(root, ending)
  turnAtOnce(data.pager, data.pictures, show, ending.signal)
  return () => ending.abort()
}

function showPictures(root, pictures, { side, isChoice }, setTriggerValue) {
  root.style.setProperty("--side", `${side}px`)
  const tag = isChoice ? "BUTTON" : "FIGURE"
  while (root.children.length > pictures.length) root.lastElementChild.remove()
  while (root.children.length < pictures.length) root.append(newPicture(tag))
  const ink = getComputedStyle(root).color.match(/[\d.]+/g).map(Number)
  const [colours, signedColours] = [false, true].map(isSigned => coloursOfBytes(isSigned, ink))
  pictures.forEach((picture, index) => {
    const element = root.children[index]
    element.classList.toggle("strong", picture.isStrong)
    element.classList.toggle("right", picture.isRight)
    element.classList.toggle("wrong", picture.isWrong)
    element.title = picture.hint
    if (isChoice) {
      element.setAttribute("aria-label", picture.hint || picture.title)
      element.querySelector("canvas").ariaHidden = "true"
      element.onclick = () => setTriggerValue("chosen", picture.id)
    } else {
      element.querySelector("canvas").setAttribute("aria-label", picture.hint || picture.title)
    }
    element.querySelector(".live-title").textContent = picture.title
    element.querySelector(".live-note").textContent = picture.note
    paint(element.querySelector("canvas"), picture, picture.isSigned ? signedColours : colours)
  })
  if (isChoice) walkByArrows(root)
}

// Show a page that was sent along as soon as its button is pressed; the server's answer then finds it there.
function turnAtOnce({ key, page, neighbours }, pictures, show, signal) {
  const pages = { ...neighbours, [page]: pictures }
  let shown = page
  const onClick = ({ target }) => {
    const button = target.closest?.(`.st-key-${key} button`)
    if (!button) return
    const step = { stPaginationPrev: -1, stPaginationNext: 1 }[button.dataset.testid]
    const asked = step ? shown + step : Number(button.textContent)
    if (!(asked in pages)) return
    shown = asked
    show(pages[asked])
  }
  document.addEventListener("click", onClick, { capture: true, signal })
}

// One stop for Tab, whatever the number of pictures; arrow keys go from one to the next, Home and End to the ends.
function walkByArrows(root) {
  const buttons = [...root.children]
  const stop = Math.max(0, buttons.findIndex(button => button.matches(":focus")))
  buttons.forEach((button, index) => (button.tabIndex = index === stop ? 0 : -1))
  root.onkeydown = event => {
    const here = buttons.indexOf(event.target)
    const row = Math.max(1, buttons.filter(button => button.offsetTop === buttons[0].offsetTop).length)
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -row, ArrowDown: row, Home: -here, End: buttons.length - 1 - here }
    const next = buttons[here + steps[event.key]]
    if (next === undefined) return
    event.preventDefault()
    buttons.forEach(button => (button.tabIndex = button === next ? 0 : -1))
    next.focus()
  }
}

function newPicture(tag) {
  const element = document.createElement(tag)
  element.className = "live-picture"
  element.innerHTML = `<canvas width="28" height="28" role="img"></canvas><span class="live-title"></span><span class="live-note"></span>`
  return element
}

function paint(canvas, picture, colours) {
  const letters = atob(picture.pixels)
  const [width, height] = [picture.width, letters.length / picture.width]
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
  const brush = canvas.getContext("2d")
  const image = brush.createImageData(width, height)
  const pixels = new Uint32Array(image.data.buffer)
  for (let i = 0; i < pixels.length; i++) pixels[i] = colours[letters.charCodeAt(i)]
  brush.putImageData(image, 0, 0)
}

// For each byte the four of its pixel: red, green, blue and how opaque, read as one number.
function coloursOfBytes(isSigned, ink) {
  const isDark = ink[0] > 128
  const [speaksFor, speaksAgainst] = isDark ? [[250, 140, 75], [86, 180, 233]] : [[213, 94, 0], [0, 114, 178]]
  const colours = new Uint8Array(4 * 256)
  for (let byte = 0; byte < 256; byte++) {
    const value = isSigned ? (byte << 24) >> 24 : byte
    const isLine = isSigned && value === LINE
    const colour = !isSigned || isLine ? ink : value > 0 ? speaksFor : speaksAgainst
    colours.set(colour.slice(0, 3), 4 * byte)
    colours[4 * byte + 3] = isLine ? 30 : isSigned ? Math.min(255, 2 * Math.abs(value)) : value
  }
  return new Uint32Array(colours.buffer)
}
