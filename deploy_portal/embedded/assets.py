"""Must the static files be collected again? Compressing them costs seconds at every start."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from .folders import PROJECT

LISTS = ("package-lock.json", "requirements/runtime.txt", "deploy_portal/settings/files.py")


def sources() -> Iterator[Path]:
    yield from (PROJECT / name for name in LISTS)
    for folder in (PROJECT / "static", *sorted(PROJECT.glob("*/static"))):
        yield from sorted(path for path in folder.rglob("*") if path.is_file())


def fingerprint() -> str:
    """Changes when a file that is collected, or a list of such files, changes."""
    seen = hashlib.sha256()
    for path in sources():
        found = path.stat()
        seen.update(f"{path}\0{found.st_mtime_ns}\0{found.st_size}\n".encode())
    return seen.hexdigest()


def is_fresh(root: Path) -> bool:
    stamp = root / "static.stamp"
    return (root / "static").exists() and stamp.exists() and stamp.read_text() == fingerprint()


def remember(root: Path) -> None:
    (root / "static.stamp").write_text(fingerprint())
