// Which shape stands for which state? Told apart without colour; the same as on the console's pad
// (livedesk/ui/pad/shapes.py), in the same square of 16 units.

const SVG = "http://www.w3.org/2000/svg";
const RING = { d: "M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 1 1 0-13z" };

const line = (d) => ({ d });
const bold = (d) => ({ d, "stroke-width": "3.2" });
const filled = (d) => ({ d, fill: "currentColor" });
const dot = (x, y, r) => ({
  d: `M${x - r} ${y}a${r} ${r} 0 1 1 ${2 * r} 0a${r} ${r} 0 1 1 ${-2 * r} 0z`, fill: "currentColor", stroke: "none",
});

const PATHS = {
  none: [],
  arrow: [filled("M4 2.5L13 8L4 13.5z")],
  target: [RING, dot(8, 8, 3)],
  dots: [dot(2.8, 8, 1.9), dot(8, 8, 1.9), dot(13.2, 8, 1.9)],
  chevrons: [line("M1.5 3l4 5l-4 5M6 3l4 5l-4 5M10.5 3l4 5l-4 5")],
  half: [RING, filled("M8 8V1.5A6.5 6.5 0 0 0 8 14.5z")],
  tick: [bold("M2 8.8L6.2 13L14 3.4")],
  clock: [RING, line("M8 4.4V8.2L11 10")],
  cross: [bold("M3 3L13 13M13 3L3 13")],
  barred: [RING, line("M3.6 12.4L12.4 3.6")],
  question: [line("M11.46 7.05A4 3.7 0 1 0 4 5.2M10.9 7.6L8 9.4V10.6"), dot(8, 14, 1.5)],
  replaced: [line("M2 5H12.5M9.5 2L13 5L9.5 8M14 11H3.5M6.5 8.6L3 11L6.5 14")],
  unplugged: [
    line("M1.2 8H2.4M13.6 8H14.8M5.2 6.2H7.6M5.2 9.8H7.6"),
    filled("M5.2 3.6A3 4.4 0 0 0 5.2 12.4z"), filled("M10.8 12.4A3 4.4 0 0 0 10.8 3.6z"),
  ],
  hand: [
    line("M4.6 5V9M7 2.4V9M9.4 2.4V9M11.8 4.4V9"),
    filled("M4.6 8H11.8V11L9.6 14.4H6.4L2.4 9.6z"),
  ],
  pause: [bold("M5 3V13M11 3V13")],
};

/** Draws the shape into the element, unless it stands there already. */
export function drawShape(element, shape) {
  if (element.dataset.shape === shape) return;
  element.dataset.shape = shape;
  const paths = PATHS[shape] ?? [];
  if (!paths.length) {
    element.replaceChildren();
    return;
  }
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  for (const drawn of paths) {
    const path = document.createElementNS(SVG, "path");
    for (const [name, value] of Object.entries(drawn)) path.setAttribute(name, value);
    svg.append(path);
  }
  element.replaceChildren(svg);
}
