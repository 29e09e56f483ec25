// Light or dark as somebody chose, else by the system's setting; runs before the first paint so that nothing flashes.
const root = document.documentElement;
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const chosen = root.dataset.theme;
const apply = () => root.setAttribute("data-bs-theme", chosen || (dark.matches ? "dark" : "light"));
dark.addEventListener("change", apply);
apply();
