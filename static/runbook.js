// Commands are copied by a button or by "c"; "n" goes to the next act of the runbook.
const copied = async button => {
  const text = button.closest(".command-box").querySelector("code").textContent;
  try {
    await navigator.clipboard.writeText(text);
    return "Copied";
  } catch {
    // Without a secure address there is no clipboard; marked text can be copied by hand.
    getSelection().selectAllChildren(button.closest(".command-box").querySelector("code"));
    return "Marked: copy it";
  }
};
const told = document.createElement("p");
told.className = "visually-hidden";
told.setAttribute("role", "status");
document.body.append(told);
// A second press while "Copied" stands must not take that for the button's own word.
const pressed = new WeakMap();
const press = async button => {
  const known = pressed.get(button) ?? {before: button.firstChild.textContent};
  pressed.set(button, known);
  button.firstChild.textContent = told.textContent = await copied(button);
  clearTimeout(known.timer);
  known.timer = setTimeout(() => {
    button.firstChild.textContent = known.before;
    told.textContent = "";
    pressed.delete(button);
  }, 3000);
};

document.addEventListener("click", event => {
  const button = event.target instanceof Element && event.target.closest("[data-copy]");
  if (button) press(button);
});
document.addEventListener("keydown", event => {
  const isTyping = event.target instanceof Element && event.target.closest("input, select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
  if (event.key === "n") {
    const next = document.querySelector("[data-next-act]");
    next?.focus();
    next?.scrollIntoView({block: "center"});
  }
  if (event.key === "c") {
    const button = document.querySelector(".step-at-hand [data-copy]");
    if (button) press(button);
  }
});
