// Small pictures, painted from bytes. Signed ones: orange speaks for, blue against.

const LINE = -128

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".live-pictures")
  root.style.setProperty("--side", `${data.side}px`)
  const tag = data.isChoice ? "BUTTON" : "FIGURE"
  while (root.children.length > data.pictures.length) root.lastElementChild.remove()
  while (root.children.length < data.pictures.length) root.append(newPicture(tag))
  const ink = getComputedStyle(root).color.match(/[\d.]+/g).map(Number)
  data.pictures.forEach((picture, index) => {
    const element = root.children[index]
    element.classList.toggle("strong", picture.isStrong)
    element.classList.toggle("right", picture.isRight)
    element.classList.toggle("wrong", picture.isWrong)
    element.title = picture.hint
    if (data.isChoice) {
      element.setAttribute("aria-label", picture.hint || picture.title)
      element.querySelector("canvas").ariaHidden = "true"
      element.onclick = () => setTriggerValue("chosen", picture.id)
    } else {
      element.querySelector("canvas").setAttribute("aria-label", picture.hint || picture.title)
    }
    element.querySelector(".live-title").textContent = picture.title
    element.querySelector(".live-note").textContent = picture.note
    paint(element.querySelector("canvas"), picture, ink)
  })
  if (data.isChoice) walkByArrows(root)
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

function paint(canvas, picture, ink) {
  const bytes = Uint8Array.from(atob(picture.pixels), letter => letter.charCodeAt(0))
  const [width, height] = [picture.width, bytes.length / picture.width]
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
  const brush = canvas.getContext("2d")
  const image = brush.createImageData(width, height)
  const isDark = ink[0] > 128
  const [speaksFor, speaksAgainst] = isDark ? [[250, 140, 75], [86, 180, 233]] : [[213, 94, 0], [0, 114, 178]]
  for (let i = 0; i < bytes.length; i++) {
    const value = picture.isSigned ? (bytes[i] << 24) >> 24 : bytes[i]
    const isLine = picture.isSigned && value === LINE
    const colour = !picture.isSigned || isLine ? ink : value > 0 ? speaksFor : speaksAgainst
    for (let channel = 0; channel < 3; channel++) image.data[4 * i + channel] = colour[channel]
    image.data[4 * i + 3] = isLine ? 30 : picture.isSigned ? Math.min(255, 2 * Math.abs(value)) : value
  }
  brush.putImageData(image, 0, 0)
}
