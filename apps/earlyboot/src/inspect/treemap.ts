/** The look of a treemap; the deeper a box, the next colour. */
export const treemapStyle: string = `
:root { --d0: #dbe7fb; --d1: #d9f0e5; --d2: #f6e8cf; --d3: #eadff5; --edge: #0003; }
@media (prefers-color-scheme: dark) { :root { --d0: #1d2c47; --d1: #173428; --d2: #3b2d14; --d3: #2e2440; --edge: #fff3; } }
#map { position: relative; height: max(24rem, 65vh); }
#map button { all: unset; position: absolute; box-sizing: border-box; display: flex; align-items: flex-start; padding: 0 .3rem; border: 1px solid var(--edge); border-radius: 3px; } #map span { min-width: 0; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; font-size: .75rem; line-height: 1.2rem; }
#map button.inner { cursor: zoom-in; } #map button:hover, #map button:focus-visible { outline: 3px solid var(--accent); outline-offset: -3px; }
#map .depth0 { background: var(--d0); } #map .depth1 { background: var(--d1); } #map .depth2 { background: var(--d2); } #map .depth3 { background: var(--d3); }
#where { min-height: 2rem; } #where button { all: unset; cursor: pointer; color: var(--accent); text-decoration: underline; overflow-wrap: anywhere; } #where button:focus-visible { outline: 3px solid var(--accent); }
@media print { #map button { border-color: #0006; } }
`;

/**
 * Draws the map: boxes as near to squares as can be (Bruls, Huizing and van Wijk, Squarified Treemaps), those in a box
 * below its name where there is room for it. A box is a button that makes it the whole map.
 */
export const treemapScript: string = `
const whole = JSON.parse(document.getElementById("tree").textContent);
const map = document.getElementById("map"), where = document.getElementById("where");
const label = 20, least = 6, room = 44;
let path = [whole];
const sizeOf = (bytes) => {
  const units = ["bytes", "kB", "MB", "GB"];
  const power = bytes < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return (power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)) + " " + units[power];
};
const worst = (row, sum, side) => Math.max(side ** 2 * row[0] / sum ** 2, sum ** 2 / (side ** 2 * row[row.length - 1]));
function place(boxes, area, draw) {
  let { x, y, width, height } = area;
  let scale = width * height / boxes.reduce((sum, [, size]) => sum + size, 0);
  for (let at = 0; at < boxes.length;) {
    const side = Math.min(width, height), row = [];
    let sum = 0;
    for (; at + row.length < boxes.length; ) {
      const next = boxes[at + row.length][1] * scale;
      if (row.length > 0 && worst([...row, next], sum + next, side) > worst(row, sum, side)) break;
      row.push(next);
      sum += next;
    }
    const thick = sum / side;
    let along = 0;
    for (const [index, value] of row.entries()) {
      const length = value / thick;
      draw(boxes[at + index], width > height ? { x, y: y + along, width: thick, height: length } : { x: x + along, y, width: length, height: thick });
      along += length;
    }
    if (width > height) { x += thick; width -= thick; } else { y += thick; height -= thick; }
    at += row.length;
  }
}
function drawBox(box, area, depth, trail) {
  if (area.width < least || area.height < least) return;
  const [name, size, inside] = box, button = document.createElement("button");
  button.type = "button";
  button.className = "depth" + depth % 4 + (inside.length > 0 ? " inner" : "");
  button.title = trail.slice(1).map(([part]) => "/" + part).join("") + ": " + sizeOf(size) + ", " + (100 * size / whole[1]).toFixed(1) + " %";
  button.setAttribute("aria-label", button.title);
  if (area.width > 2 * label && area.height > label) {
    const words = document.createElement("span");
    words.textContent = name + " " + sizeOf(size);
    button.append(words);
  }
  for (const [key, value] of Object.entries({ left: area.x, top: area.y, width: area.width, height: area.height })) button.style[key] = value + "px";
  const target = inside.length > 0 ? trail : trail.slice(0, -1);
  button.addEventListener("click", () => show(target));
  map.append(button);
  if (inside.length === 0 || area.width < room || area.height < room) return;
  const inner = { x: area.x + 3, y: area.y + label, width: area.width - 6, height: area.height - label - 3 };
  place(inside, inner, (child, at) => drawBox(child, at, depth + 1, [...trail, child]));
}
function draw() {
  map.replaceChildren();
  const box = path[path.length - 1];
  if (box[1] > 0) place(box[2].length > 0 ? box[2] : [box], { x: 0, y: 0, width: map.clientWidth, height: map.clientHeight }, (child, at) => drawBox(child, at, path.length - 1, child === box ? path : [...path, child]));
}
function show(trail) {
  path = trail;
  where.replaceChildren(...trail.flatMap((box, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = index === 0 ? "the whole image" : box[0];
    button.addEventListener("click", () => show(trail.slice(0, index + 1)));
    return index === 0 ? [button] : [" / ", button];
  }), " " + sizeOf(trail[trail.length - 1][1]));
  draw();
}
show(path);
addEventListener("resize", draw);
`;
