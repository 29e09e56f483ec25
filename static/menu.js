// A menu closes when one goes elsewhere: by Escape, which gives the focus back, or by a click beside it.
const opened = () => document.querySelector("details.menu[open]");
document.addEventListener("keydown", event => {
  const menu = event.key === "Escape" && opened();
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
document.addEventListener("click", event => {
  const menu = opened();
  if (menu && !menu.contains(event.target)) menu.open = false;
});
