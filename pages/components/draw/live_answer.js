// The answer of one model or of several: digit, sentence, ten bars. Elements stay and change, so that bars glide.

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".live-answers")
  root.classList.toggle("many", data.isMany)
  while (root.children.length > data.answers.length) root.lastElementChild.remove()
  while (root.children.length < data.answers.length) root.append(newAnswer(data.isMany))
  data.answers.forEach((answer, index) => fill(root.children[index], answer))
  root.dataset.drawing = data.drawing
}

function newAnswer(isMany) {
  const element = make("section", "live-answer")
  const sentence = make("div", "live-sentence")
  sentence.append(make("div", "live-name"), make("div", "live-text"))
  const bars = make("ol", "live-bars")
  for (let digit = 0; digit < 10; digit++) {
    const item = make("li", "")
    const track = make("span", "live-track")
    track.append(make("span", "live-bar"))
    const label = make("span", "live-label")
    label.textContent = digit
    item.append(make("span", "live-share"), track, label)
    bars.append(item)
  }
  const digit = make("div", "live-digit")
  if (!isMany) digit.setAttribute("aria-live", "polite")
  element.append(digit, sentence, bars)
  return element
}

function fill(element, answer) {
  setText(element.querySelector(".live-digit"), answer.title)
  setText(element.querySelector(".live-name"), answer.name)
  setText(element.querySelector(".live-text"), answer.sentence)
  element.classList.toggle("words", answer.digit === null)
  const best = Math.max(...answer.probabilities)
  element.querySelectorAll("li").forEach((item, digit) => {
    const share = answer.probabilities[digit]
    setText(item.querySelector(".live-share"), answer.shares[digit])
    item.querySelector(".live-bar").style.height = `${100 * share}%`
    item.classList.toggle("live-best", share > 0 && share === best)
    item.setAttribute("aria-label", `${digit}: ${answer.shares[digit]}`)
  })
}

function setText(element, text) { if (element.textContent !== text) element.textContent = text }

function make(tag, name) {
  const element = document.createElement(tag)
  element.className = name
  return element
}
