// Rows of a plan are dragged to another place; the buttons beside them do the same by keyboard.
const ROW = "[data-move]";
let dragged = null;

const rowOf = target => target instanceof Element ? target.closest(ROW) : null;
const mark = row => {
  for (const one of document.querySelectorAll(".drop-before")) if (one !== row) one.classList.remove("drop-before");
  row?.classList.add("drop-before");
};
// Within the list that they came from; items also into other sections.
const goalOf = target => {
  const row = target instanceof Element ? target.closest(".plan-row") : null;
  if (!row || !dragged || row === dragged) return null;
  const kind = dragged.id.split("-")[0];
  return row.id.startsWith(`${kind}-`) ? row : null;
};
const placeOf = row => {
  const [, word, section] = row.id.split("-");
  if (word !== "new") return `before-${word}`;
  return section ? `end-${section}` : "end";
};

// What is marked or typed in a row stays so: only a row that is not being edited can be dragged.
document.addEventListener("pointerdown", event => {
  const row = rowOf(event.target);
  if (row) row.draggable = !event.target.closest("input, textarea, select, button, a, form");
});
document.addEventListener("dragstart", event => {
  dragged = rowOf(event.target);
  dragged?.classList.add("dragged");
});
document.addEventListener("dragover", event => {
  const goal = goalOf(event.target);
  mark(goal);
  if (goal) event.preventDefault();
});
document.addEventListener("drop", event => {
  const goal = goalOf(event.target);
  if (!goal) return;
  event.preventDefault();
  htmx.ajax("POST", dragged.dataset.move, {
    source: document.getElementById("plan"), target: "#main", select: "#main", swap: "outerMorph show:none",
    values: {place: placeOf(goal)},
  });
});
document.addEventListener("dragend", () => {
  dragged?.classList.remove("dragged");
  mark(null);
  dragged = null;
});
// A form that opens in its row is where one goes on.
document.addEventListener("htmx:after:settle", () => {
  const form = document.querySelector(".plan-open");
  if (form && !form.contains(document.activeElement)) {
    form.querySelector("input:not([type=hidden]), textarea, select, button")?.focus();
  }
});
