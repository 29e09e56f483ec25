"""axe-core, asked about the page that a browser shows."""

from __future__ import annotations

from django.conf import settings
from playwright.sync_api import Page

AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
SCRIPT = AXE.read_text(encoding="utf-8")
ASKED = """async () => {
  // Frames are letters, where no script runs; files that rules would load were loaded already.
  const options = {resultTypes: ["violations"], iframes: false, preload: false};
  const {violations} = await axe.run(document, options);
  return violations.map(({id, impact, help, nodes}) => [id, impact, help, `${nodes[0].target}`]);
}"""


def found_by_axe(page: Page) -> list[str]:
    """What is serious or critical on it, in one line each."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(SCRIPT)
    return [
        f"{name} ({impact}): {target} {help_text}"
        for name, impact, help_text, target in page.evaluate(ASKED)
        if impact in {"serious", "critical"}
    ]
