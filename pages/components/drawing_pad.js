// A drawing pad: pointer or arrow keys → strokes in a square of SIDE × SIDE units, sent while drawing.
//
// Streamlit calls the default export again whenever the page has run, so each pad on screen is one `Pad` object.
// Who is right, browser or server, is settled by two counters: the server raises `epoch` when it lays a new
// drawing on the pad, the browser raises `revision` with every change. The server sends back the revision it
// has read, which is how the pad knows that its strokes have arrived.

const SIDE = 1000
const BRUSH = 0.05
const NEAR = 3 // units: points closer than this to the last one add nothing
const MOST_POINTS = 10_000 // a longer scribble is thinned out: it is sent again and again
const SEND_EVERY_MS = 90
const PATIENCE_MS = 400 // a slow server is not sent more until it has answered, or this long
const RETRY_MS = [1500, 3000, 5000, 10000]
const KEY_STEP = 40
const PALM_MS = 800 // so long after a pen a touch is the hand that holds it
const STORE = "mnist-lab-drawing"

const pads = new WeakMap()

export default function ({ data, parentElement, setStateValue }) {
  let pad = pads.get(parentElement)
  if (pad === undefined) {
    pad = new Pad(parentElement, data)
    pads.set(parentElement, pad)
  }
  pad.update(data, value => setStateValue("drawing", value))
  return () => setTimeout(() => endWhenGone(parentElement))
}

// Streamlit also cleans up after a call that a newer one has overtaken: the pad is still there then.
function endWhenGone(parentElement) {
  const pad = pads.get(parentElement)
  if (pad === undefined || pad.canvas.isConnected) return
  pad.end()
  pads.delete(parentElement)
}

class Pad {
  constructor(parent, data) {
    this.root = parent.querySelector(".pad")
    this.canvas = parent.querySelector("canvas")
    this.strokes = data.strokes.map(stroke => [...stroke])
    this.history = []
    this.token = data.token
    this.epoch = data.epoch
    this.revision = data.revision
    this.received = data.revision
    this.sentRevision = data.revision
    this.sentAt = 0
    this.tries = 0
    this.pointer = null
    this.pointerType = ""
    this.penSeenAt = -PALM_MS
    this.pen = { x: SIDE / 2, y: SIDE / 2, isDown: false, isShown: false }
    this.listen(parent)
    this.restore(data)
  }

  // --- life -------------------------------------------------------------------------------------

  listen(parent) {
    this.ending = new AbortController()
    const options = { signal: this.ending.signal }
    const on = (element, type, handler) => element.addEventListener(type, handler.bind(this), options)
    on(this.canvas, "pointerdown", this.onPointerDown)
    on(this.canvas, "pointermove", this.onPointerMove)
    on(this.canvas, "pointerup", this.onPointerUp)
    on(this.canvas, "pointercancel", this.onPointerUp)
    on(this.canvas, "keydown", this.onKey)
    on(this.canvas, "focus", this.onFocus)
    on(this.canvas, "blur", this.onBlur)
    on(parent.querySelector(".undo"), "click", this.undo)
    on(parent.querySelector(".clear"), "click", this.clear)
    on(window, "pagehide", this.store)
    on(window, "online", this.retryNow)
    this.resizing = new ResizeObserver(() => this.paint())
    this.resizing.observe(this.canvas)
  }

  end() {
    this.sendValue = undefined
    if (this.pointer !== null || this.pen.isDown) this.finishStroke()
    this.store()
    this.ending.abort()
    this.resizing.disconnect()
    clearTimeout(this.sending)
    clearTimeout(this.retrying)
  }

  update(data, send) {
    this.sendValue = send
    this.speak(data.words)
    if (data.token !== this.token) {
      // The server has a new session (it was restarted, or forgot us): it gets the drawing that is here.
      Object.assign(this, { token: data.token, epoch: data.epoch, revision: data.revision + 1, received: data.revision, sentAt: 0 })
    } else if (data.epoch > this.epoch) {
      this.take(data)
    } else if (data.epoch === this.epoch) {
      this.received = Math.max(this.received, data.revision)
    }
    if (this.received >= this.revision) this.settle()
    else if (this.sentAt === 0) this.send()
    this.canvas.dataset.drawing = `${this.epoch}.${this.revision}`
    this.paint()
  }

  take(data) {
    this.history.push(this.strokes)
    this.pointer = null
    this.pen.isDown = false
    this.strokes = data.strokes.map(stroke => [...stroke])
    Object.assign(this, { epoch: data.epoch, revision: data.revision, received: data.revision })
    this.store()
  }

  speak(words) {
    this.words = words
    const set = (selector, text) => { this.root.querySelector(selector).textContent = text }
    set(".undo", words.undo)
    set(".clear", words.clear)
    set(".invitation", words.invitation)
    set(".keys", words.keys)
    set(".unsent", words.waiting)
    this.canvas.setAttribute("aria-label", `${words.label}. ${words.keys}`)
  }

  say(text) { this.root.querySelector(".spoken").textContent = text }

  // --- what is kept in the browser: for a reload, and for what had not been sent when the page changed ---

  store() {
    const { token, epoch, revision, strokes } = this
    try { sessionStorage.setItem(STORE, JSON.stringify({ token, epoch, revision, strokes })) } catch { /* full, or forbidden */ }
  }

  restore(data) {
    let kept = null
    try { kept = JSON.parse(sessionStorage.getItem(STORE)) } catch { /* forbidden, or not ours */ }
    if (!kept || !Array.isArray(kept.strokes)) return
    const isLater = kept.token === data.token && kept.epoch === data.epoch && kept.revision > data.revision
    const isReloaded = kept.token !== data.token && data.revision === 0 && data.epoch === 0 && kept.strokes.length > 0
    if (isLater) this.revision = kept.revision
    if (isReloaded) this.revision = 1
    if (isLater || isReloaded) this.strokes = kept.strokes
  }

  // --- drawing ------------------------------------------------------------------------------------

  onPointerDown(event) {
    if (event.pointerType === "touch" && performance.now() - this.penSeenAt < PALM_MS) return
    this.notePen(event)
    if (event.pointerType === "pen" && this.pointerType === "touch" && this.pointer !== null) this.undo() // the palm came first
    if (this.pointer !== null || (event.pointerType === "mouse" && event.button !== 0)) return
    event.preventDefault()
    this.canvas.focus({ preventScroll: true, focusVisible: false })
    this.pen.isShown = false
    this.liftPen()
    this.pointer = event.pointerId
    this.pointerType = event.pointerType
    try { this.canvas.setPointerCapture(event.pointerId) } catch { /* the pointer has gone already */ }
    this.startStroke()
    this.addPoint(event, true)
  }

  onPointerMove(event) {
    if (event.pointerId !== this.pointer) return
    if (event.pointerType === "mouse" && event.buttons === 0) return this.finishStroke() // released where no page could see it
    const events = event.getCoalescedEvents?.() ?? []
    for (const each of events.length ? events : [event]) this.addPoint(each)
  }

  onPointerUp(event) {
    if (event.pointerId !== this.pointer) return
    if (event.type === "pointerup") this.addPoint(event)
    this.notePen(event)
    this.finishStroke()
  }

  notePen(event) {
    if (event.pointerType === "pen") this.penSeenAt = performance.now()
  }

  addPoint(event, isFirst = false) {
    const box = this.canvas.getBoundingClientRect()
    this.extend((event.clientX - box.left) / box.width * SIDE, (event.clientY - box.top) / box.height * SIDE, isFirst)
  }

  startStroke() {
    this.history.push(this.strokes)
    this.strokes = [...this.strokes, []]
  }

  extend(x, y, isFirst = false) {
    const stroke = this.strokes.at(-1)
    const [left, top] = [x, y].map(value => Math.round(Math.min(Math.max(value, 0), SIDE)))
    const isNear = Math.hypot(left - stroke.at(-2), top - stroke.at(-1)) < NEAR
    if (isNear && !isFirst) return
    stroke.push(left, top)
    if (this.strokes.reduce((sum, each) => sum + each.length, 0) > 2 * MOST_POINTS) this.strokes = this.strokes.map(thinned)
    this.changed(true)
  }

  finishStroke() {
    this.pointer = null
    this.pen.isDown = false
    this.changed(false)
  }

  changed(isDrawing) {
    this.revision += 1
    this.canvas.dataset.drawing = `${this.epoch}.${this.revision}`
    this.isDrawing = isDrawing
    this.paint()
    if (!isDrawing) {
      this.store()
      this.send()
    } else if (this.sending === undefined) {
      this.sendSoon()
    }
  }

  undo() {
    this.endStroke()
    if (this.history.length === 0 && this.strokes.length === 0) return
    this.strokes = this.history.pop() ?? this.strokes.slice(0, -1)
    this.changed(false)
    this.say(this.words.undone)
  }

  clear() {
    this.endStroke()
    if (this.strokes.length === 0) return
    this.history.push(this.strokes)
    this.strokes = []
    this.changed(false)
    this.say(this.words.cleared)
  }

  // --- keyboard -----------------------------------------------------------------------------------

  onFocus() {
    this.pen.isShown = this.canvas.matches(":focus-visible")
    this.paint()
  }

  onBlur() {
    this.liftPen()
    this.pen.isShown = false
    this.paint()
  }

  onKey(event) {
    const step = event.shiftKey ? KEY_STEP / 4 : KEY_STEP
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }
    const isUndo = event.key === "Backspace" || (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey))
    if (moves[event.key]) this.movePen(...moves[event.key])
    else if (event.key === " " || event.key === "Enter") this.togglePen()
    else if (isUndo) this.undo()
    else if (event.key === "Delete") this.clear()
    else if (event.key === "Escape") this.liftPen()
    else return
    event.preventDefault()
    event.stopPropagation()
    this.pen.isShown = true
    this.paint()
  }

  movePen(right, down) {
    this.pen.x = Math.min(Math.max(this.pen.x + right, 0), SIDE)
    this.pen.y = Math.min(Math.max(this.pen.y + down, 0), SIDE)
    if (this.pen.isDown) this.extend(this.pen.x, this.pen.y)
    this.sayPlace()
  }

  sayPlace() {
    const [across, down] = [this.pen.x, this.pen.y].map(value => Math.round(value / SIDE * 100))
    this.say(this.words.place.replace("{across}", across).replace("{down}", down))
  }

  togglePen() {
    if (this.pen.isDown) return this.liftPen()
    if (this.pointer !== null) return
    this.pen.isDown = true
    this.startStroke()
    this.extend(this.pen.x, this.pen.y, true)
    this.say(this.words.penDown)
  }

  liftPen() {
    if (!this.pen.isDown) return
    this.finishStroke()
    this.say(this.words.penUp)
  }

  endStroke() {
    if (this.pointer !== null) this.finishStroke()
    this.liftPen()
  }

  // --- to the server --------------------------------------------------------------------------------

  sendSoon() {
    this.sending = setTimeout(() => {
      this.sending = undefined
      if (!this.isDrawing) return
      const isBusy = this.received < this.sentRevision && performance.now() - this.sentAt < PATIENCE_MS
      if (!isBusy && this.revision > this.sentRevision) this.send()
      this.sendSoon()
    }, SEND_EVERY_MS)
  }

  send() {
    if (this.sendValue === undefined) return
    const { token, epoch, revision, strokes, isDrawing = false } = this
    this.sentAt = performance.now()
    this.sentRevision = revision
    this.sendValue({ token, epoch, revision, tries: this.tries, isDrawing, strokes })
    clearTimeout(this.retrying)
    this.retrying = setTimeout(() => this.retry(), RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)])
  }

  retry() {
    if (this.received >= this.revision) return
    this.root.classList.add("waiting")
    this.tries += 1
    this.send()
  }

  retryNow() { this.retry() }

  settle() {
    clearTimeout(this.retrying)
    this.tries = 0
    this.root.classList.remove("waiting")
  }

  // --- on screen ------------------------------------------------------------------------------------

  paint() {
    if (this.painting) return
    this.painting = requestAnimationFrame(() => {
      this.painting = undefined
      this.paintNow()
    })
  }

  paintNow() {
    const box = this.canvas.getBoundingClientRect()
    const side = Math.round(box.width * window.devicePixelRatio)
    if (side === 0) return
    if (this.canvas.width !== side) this.canvas.width = this.canvas.height = side
    const brush = this.canvas.getContext("2d")
    brush.setTransform(side / SIDE, 0, 0, side / SIDE, 0, 0)
    brush.clearRect(0, 0, SIDE, SIDE)
    brush.strokeStyle = brush.fillStyle = getComputedStyle(this.canvas.parentElement).getPropertyValue("color")
    brush.lineWidth = SIDE * BRUSH
    brush.lineCap = brush.lineJoin = "round"
    for (const stroke of this.strokes) paintStroke(brush, stroke)
    if (this.pen.isShown) paintPen(brush, this.pen, getComputedStyle(this.root).getPropertyValue("--st-primary-color"))
    this.root.classList.toggle("inked", this.strokes.length > 0)
  }
}

// Every other point, the first and the last among them.
function thinned(points) {
  return points.filter((_, i) => i % 4 < 2 || i >= points.length - 2)
}

function paintStroke(brush, points) {
  brush.beginPath()
  brush.moveTo(points[0], points[1])
  for (let i = 2; i + 3 < points.length; i += 2) {
    brush.quadraticCurveTo(points[i], points[i + 1], (points[i] + points[i + 2]) / 2, (points[i + 1] + points[i + 3]) / 2)
  }
  brush.lineTo(points.at(-2), points.at(-1))
  brush.stroke()
}

function paintPen(brush, pen, colour) {
  brush.beginPath()
  brush.arc(pen.x, pen.y, SIDE * BRUSH * (pen.isDown ? 0.5 : 0.8), 0, 2 * Math.PI)
  brush.lineWidth = SIDE / 120
  brush.strokeStyle = brush.fillStyle = colour
  if (pen.isDown) brush.fill()
  else brush.stroke()
}
