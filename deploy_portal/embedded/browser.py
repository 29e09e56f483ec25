"""Which Chromium do the browser tests drive, and where does one come from?

Its flags in tests: --headless --no-sandbox --disable-gpu --disable-quic --no-first-run
--disable-background-networking --disable-component-update --disable-sync
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from .folders import VAR

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
DOWNLOADS = Path(os.environ.get("PORTAL_BROWSERS") or VAR / "browsers")


def chromium() -> str | None:
    """The path of one that starts, installed if need be; None where there is none to be had."""
    if os.environ.get("NO_BROWSER") == "1":
        return None
    return found() or (installed_by_apt() and found()) or (downloaded() and found()) or None


def found() -> str | None:
    named = [os.environ.get("CHROMIUM", ""), *(shutil.which(name) or "" for name in NAMES)]
    ours = sorted(str(path) for path in DOWNLOADS.glob("chromium-*/chrome-*/chrome*"))
    return next((path for path in [*named, *ours] if path and starts(path)), None)


def starts(path: str) -> bool:
    """Asking for its version loads every library it needs."""
    try:
        return succeeds([path, "--version", "--no-sandbox"], seconds=30)
    except OSError:
        return False


def installed_by_apt() -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say("Installing Debian's Chromium for the browser tests …")
    return succeeds(["apt-get", "update"]) and succeeds(
        ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
    )


def downloaded() -> bool:
    say("Downloading Playwright's Chromium for the browser tests …")
    return succeeds([sys.executable, "-m", "playwright", "install", "chromium"])


def succeeds(command: list[str], seconds: int = 900) -> bool:
    log = VAR / "log" / "browser.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    told = os.environ | {
        "DEBIAN_FRONTEND": "noninteractive",
        "PLAYWRIGHT_BROWSERS_PATH": str(DOWNLOADS),
    }
    with log.open("ab") as output:
        try:
            answer = subprocess.run(
                command, env=told, stdout=output, stderr=output, timeout=seconds, check=False
            )
        except subprocess.TimeoutExpired:
            return False
    return answer.returncode == 0


def say(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")


def environment(path: Path | str) -> dict[str, str]:
    return {"CHROMIUM": str(path), "PLAYWRIGHT_BROWSERS_PATH": str(DOWNLOADS)}
