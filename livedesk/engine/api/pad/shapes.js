// Which shape stands for which state? Drawn as lines, so that states are told apart without colour.

const SVG = "http://www.w3.org/2000/svg";
const RING = "M12 2.5a9.5 9.5 0 1 1 0 19a9.5 9.5 0 1 1 0-19";

const PATHS = {
  none: [],
  arrow: ["M4 12h15M13 6l6 6-6 6"],
  target: [RING, "M12 7.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9"],
  dots: [RING, "M7.5 12h.01M12 12h.01M16.5 12h.01"],
  chevrons: ["M4 5l7 7-7 7M12 5l7 7-7 7"],
  half: [RING, "M12 2.5v19M12 6.5h6M12 12h9M12 17.5h6"],
  tick: [RING, "M7 12.5l3.5 3.5L17 8.5"],
  clock: [RING, "M12 6.5V12l4 3"],
  cross: ["M5 5l14 14M19 5L5 19"],
  barred: [RING, "M5.5 5.5l13 13"],
  question: ["M8 8.5a4 4 0 1 1 5.6 3.7c-1 .5-1.6 1.2-1.6 2.6M12 19h.01"],
  replaced: ["M5 9h13l-4-4M19 15H6l4 4"],
  unplugged: ["M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4M3 21L21 3"],
  hand: ["M8 12V5.5a1.5 1.5 0 0 1 3 0V11V4a1.5 1.5 0 0 1 3 0v7V5.5a1.5 1.5 0 0 1 3 0V15a6 6 0 0 1-11.3 2.7L4 14a1.5 1.5 0 0 1 2.6-1.5L8 14z"],
  pause: [RING, "M9.5 8v8M14.5 8v8"],
};

/** Draws the shape into the element, unless it stands there already. */
export function drawShape(element, name) {
  if (element.dataset.shape === name) return;
  element.dataset.shape = name;
  const paths = PATHS[name] ?? [];
  if (!paths.length) {
    element.replaceChildren();
    return;
  }
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  for (const drawn of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", drawn);
    svg.append(path);
  }
  element.replaceChildren(svg);
}
