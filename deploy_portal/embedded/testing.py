"""`make test`: the whole suite against real services of its own, browser included."""

import os
import sys
from collections.abc import Sequence

from . import browser, wrapped

NO_TESTS_RAN = 5


def run(arguments: Sequence[str]) -> int:
    """pytest's exit code; also a failure when no browser could be had and nobody waived it."""
    chromium = browser.chromium()
    chosen = [] if chromium else ["-m", "not browser"]
    extra = browser.environment(chromium) if chromium else {}
    code = wrapped.run([sys.executable, "-m", "pytest", *chosen, *arguments], extra)
    if code == NO_TESTS_RAN:
        browser.say("No test ran, which counts as a failure.")
    if chromium is None:
        return code or without_browser()
    return code


def without_browser() -> int:
    if os.environ.get("NO_BROWSER") == "1":
        browser.say("The browser tests were left out, as NO_BROWSER=1 asks.")
        return 0
    browser.say(
        "The browser tests did not run, for no Chromium could be found or installed "
        "(see var/log/browser.log): install one, or set NO_BROWSER=1 to go without."
    )
    return 1
