// Boxes on the empty form: each line's box is drawn, and a stroke over the picture adds one. Places stay what is typed:
// left, top, width and height in millimetres.
const POINTS = 72 / 25.4;
const figure = document.querySelector("[data-marking]");
const lines = () => [...document.querySelectorAll("[data-line]")];

function boxOf(line) {
  const sides = line.querySelector("[data-place]").value.split(/[,、 ]+/).map(Number);
  return sides.length === 4 && sides.every((side) => Number.isFinite(side)) ? sides.map((side) => side * POINTS) : null;
}

function rectangle(sides, here) {
  const found = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  ["x", "y", "width", "height"].forEach((name, index) => found.setAttribute(name, sides[index]));
  if (here) found.classList.add("here");
  return found;
}

function draw(svg) {
  const active = document.activeElement?.closest("[data-line]");
  const found = lines().map((line) => [boxOf(line), line]).filter(([sides]) => sides);
  svg.replaceChildren(...found.map(([sides, line]) => rectangle(sides, line === active)));
}

function emptyLine() {
  const free = lines().find((line) => [...line.querySelectorAll("input")].every((input) => !input.value));
  if (free) return free;
  const last = lines().at(-1);
  const added = last.cloneNode(true);
  for (const input of added.querySelectorAll("[name]")) {
    const [word, number] = input.name.split("-");
    input.name = `${word}-${Number(number) + 1}`;
    if (input.tagName !== "SELECT") input.value = "";
  }
  last.after(added);
  return added;
}

function pointOf(svg, event) {
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  return [point.x, point.y];
}

function begin(svg) {
  let from = null;
  let shape = null;
  const sides = (to) => [Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.abs(from[0] - to[0]), Math.abs(from[1] - to[1])];
  svg.addEventListener("pointerdown", (event) => {
    from = pointOf(svg, event);
    shape = rectangle([...from, 0, 0], true);
    svg.append(shape);
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => {
    if (!from) return;
    ["x", "y", "width", "height"].forEach((name, index) => shape.setAttribute(name, sides(pointOf(svg, event))[index]));
  });
  svg.addEventListener("pointerup", (event) => {
    const box = sides(pointOf(svg, event));
    from = null;
    if (box[2] > 6 && box[3] > 6) {
      const line = emptyLine();
      line.querySelector("[data-place]").value = box.map((side) => (side / POINTS).toFixed(1)).join(",");
      line.querySelector("input").focus();
    }
    draw(svg);
  });
}

if (figure) {
  const svg = figure.querySelector("svg");
  draw(svg);
  begin(svg);
  for (const name of ["input", "focusin"]) document.addEventListener(name, () => draw(svg));
}
