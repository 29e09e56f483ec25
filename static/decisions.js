// The inbox by keyboard: j and k move between what waits, Enter opens it.
const links = () => [...document.querySelectorAll("[data-decision] [data-open]")];
const isTyping = target => target instanceof Element && target.closest("input, select, textarea");

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const step = {j: 1, k: -1}[event.key];
  if (!step) return;
  const all = links(), at = all.indexOf(document.activeElement);
  const next = at < 0 ? all[step > 0 ? 0 : all.length - 1] : all[at + step];
  next?.focus();
  next?.closest("[data-decision]").scrollIntoView({block: "nearest"});
});
