// Keys for every page: / goes to the search, g then h home. Nothing happens while somebody types.
{
  const isTyping = target => target instanceof Element && target.closest("input, select, textarea");
  let went = 0;

  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "/") {
      // The list of deployments has a field of its own, which keeps the rest of its filter.
      const field = document.getElementById("filter_text") ?? document.getElementById("find");
      if (!field) return;
      event.preventDefault();
      field.focus();
      field.select();
    } else if (event.key === "g") {
      went = event.timeStamp;
    } else if (event.key === "h" && went && event.timeStamp - went < 1500) {
      document.querySelector(".navbar-brand")?.click();
    } else if (event.key !== "Shift") {
      went = 0;
    }
  });
}
