// A deployment is dragged to another day: the page of its time opens with what that would do, and
// nothing is moved before it is confirmed there. The link beside it does the same by keyboard.
const DAY = 24 * 3600 * 1000;
const form = document.getElementById("move");
let held = null;

const pieceOf = target => target instanceof Element ? target.closest("[data-move]") : null;
const dayOf = target => {
  const day = target instanceof Element ? target.closest("[data-day]") : null;
  return held && day && day.dataset.day !== held.dataset.from ? day : null;
};
const mark = day => {
  for (const one of document.querySelectorAll(".day-goal")) if (one !== day) one.classList.remove("day-goal");
  day?.classList.add("day-goal");
};
// As many days later on the planner's clock as the two days on the page are apart.
const moved = (local, from, to) => {
  const [day, time] = local.split("T");
  const later = Date.parse(day) + Date.parse(to) - Date.parse(from);
  return `${new Date(Math.round(later / DAY) * DAY).toISOString().slice(0, 10)}T${time}`;
};

for (const piece of document.querySelectorAll("[data-move]")) piece.draggable = true;
document.addEventListener("dragstart", event => {
  held = pieceOf(event.target);
  if (!held) return;
  // A link inside would be dragged as its address.
  event.dataTransfer.setData("text/plain", "");
  event.dataTransfer.effectAllowed = "move";
  held.classList.add("dragged");
});
document.addEventListener("dragover", event => {
  const day = dayOf(event.target);
  mark(day);
  if (day) event.preventDefault();
});
document.addEventListener("drop", event => {
  const day = dayOf(event.target);
  if (!day) return;
  event.preventDefault();
  form.action = held.dataset.move;
  form.elements.local.value = moved(held.dataset.local, held.dataset.from, day.dataset.day);
  form.elements.zone.value = held.dataset.zone;
  form.submit();
});
document.addEventListener("dragend", () => {
  held?.classList.remove("dragged");
  mark(null);
  held = null;
});
