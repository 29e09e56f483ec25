"""`make test`: the whole suite against real services of its own, browser included."""

import os
import sys
from collections.abc import Sequence

from . import browser, wrapped

TESTS_FAILED, NO_TESTS_RAN = 1, 5
# One after the other, and nothing where pytest remembers no failure.
ONLY_FAILED = ("-n0", "--last-failed", "--last-failed-no-failures=none")


def run(arguments: Sequence[str]) -> int:
    """pytest's exit code; also a failure when no browser could be had and nobody waived it.

    With FAILED_AGAIN=1 what failed is asked once more by itself (docs/adr/0048); a run that broke
    off, of which nobody knows what would have failed, is not.
    """
    chromium = browser.chromium()
    chosen = [] if chromium else ["-m", "not browser"]
    extra = browser.environment(chromium) if chromium else {}
    command = [sys.executable, "-m", "pytest", *chosen, *arguments]
    code = wrapped.run(command, extra)
    if code == TESTS_FAILED and os.environ.get("FAILED_AGAIN") == "1":
        browser.say("Once more, one after the other, only what failed:")
        code = wrapped.run([*command, *ONLY_FAILED], extra)
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
