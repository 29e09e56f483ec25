"""Which key signs the sessions of this installation?"""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def secret_key(root: Path) -> str:
    """The key kept in the folder, made on first use and readable by us alone."""
    kept = root / "secret_key"
    with suppress(FileExistsError):
        descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(secrets.token_urlsafe(48))
    return kept.read_text()
