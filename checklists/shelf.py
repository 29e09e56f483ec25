"""Where the files of evidence lie: outside the web root, named by their SHA-256, not by people."""

import hashlib
import logging
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings

from deployments.exceptions import Refused

PIECE = 64 * 1024
log = logging.getLogger(__name__)


def keep(pieces: Iterable[bytes]) -> str:
    """Write a file to disk and return its SHA-256; what can be seen under that name is whole.

    Called inside a transaction: if that fails, the bytes stay and no row leads to them. They harm
    nobody, and the same file comes to lie in the same place again.
    """
    root = Path(settings.EVIDENCE_DIR)
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _write(pieces, root)
    except OSError as error:
        log.exception("Evidence cannot be written below %s", root)
        raise Refused(
            "The portal cannot keep files at the moment; nothing was saved. "
            "Tell its administrator, or add a link instead."
        ) from error


def _write(pieces: Iterable[bytes], root: Path) -> str:
    digest = hashlib.sha256()
    descriptor, name = tempfile.mkstemp(prefix=".arriving-", dir=root)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as out:
            for piece in pieces:
                digest.update(piece)
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        place = path_of(digest.hexdigest())
        place.parent.mkdir(mode=0o700, exist_ok=True)
        draft.replace(place)
        _sync(place.parent)
        _sync(root)
    finally:
        draft.unlink(missing_ok=True)
    return digest.hexdigest()


def _sync(folder: Path) -> None:
    """The name, too, is on disk only once its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def path_of(sha256: str) -> Path:
    return Path(settings.EVIDENCE_DIR) / sha256[:2] / sha256


def holds(sha256: str) -> bool:
    return path_of(sha256).is_file()


def pieces_of(sha256: str) -> Iterator[bytes]:
    """Opened with the first piece, so that an answer nobody reads opens nothing."""
    with path_of(sha256).open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
