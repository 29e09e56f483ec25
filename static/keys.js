// Keys of every page: "g" and a letter goes somewhere, "/" searches, "?" lists them all.
{
  const isTyped = target => target instanceof Element && target.closest("input, select, textarea");
  let isGoing = false;

  const search = () => {
    // The list of deployments has a field of its own, which keeps the rest of its filter.
    const field = document.getElementById("filter_text") ?? document.getElementById("find");
    field?.focus();
    field?.select();
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
}
