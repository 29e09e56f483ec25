// Keys of every page: "g" and a letter goes somewhere, "/" searches, "?" lists them all.
const isTyped = target => target instanceof Element && target.closest("input, select, textarea, [contenteditable]");
let isGoing = false;

const search = () => {
  const field = document.querySelector("[data-search]");
  field?.focus();
  return field;
};

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyped(event.target)) return;
  const goal = isGoing && document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  isGoing = event.key === "g";
  if (goal) location.assign(goal.href);
  else if (event.key === "/" && search()) event.preventDefault();
  else if (event.key === "?") document.getElementById("keys")?.showModal();
});
