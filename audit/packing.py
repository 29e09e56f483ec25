"""Writes an archive piece by piece and signs what is in it; memory holds one piece at a time."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import rfc8785

from audit import keys
from audit.verifier import MANIFEST, fingerprint

# Names are the portal's own; nothing that a person typed is ever one.
NAME = re.compile(r"[a-z0-9_]+([./-][a-z0-9_]+)*", re.ASCII)
FORMAT = 1
EARLIEST_ZIP = 1980
READABLE = 0o644 << 16


class Archive:
    """A ZIP that is there under its name only once it is whole."""

    def __init__(self, place: Path, at: datetime) -> None:
        self._place, self._draft, self._at = place, place.with_name(f".{place.name}.part"), at

    def __enter__(self) -> Archive:
        self._place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._zip = zipfile.ZipFile(self._draft, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self._draft.chmod(0o600)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._zip.close()
        if kind is None:
            self._draft.replace(self._place)
        else:
            self._draft.unlink()

    def open(self, name: str) -> IO[bytes]:
        if not NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name for a file of a pack")
        about = zipfile.ZipInfo(name, self._at.timetuple()[:6])
        about.compress_type, about.external_attr = zipfile.ZIP_DEFLATED, READABLE
        # How long it gets is not known beforehand.
        return self._zip.open(about, "w", force_zip64=True)


class Folder:
    """One folder of an archive, with a signed manifest of all files that were put into it."""

    def __init__(self, archive: Archive, prefix: str = "") -> None:
        self._archive, self._prefix = archive, prefix
        self.files: list[dict[str, Any]] = []

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        digest, size = hashlib.sha256(), 0
        with self._archive.open(f"{self._prefix}{name}") as out:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                out.write(piece)
        self.files.append({"name": name, "sha256": digest.hexdigest(), "size": size})

    def add_data(self, name: str, data: Any) -> None:
        self.add(name, [rfc8785.dumps(data)])

    def within(self, name: str) -> Folder:
        """A folder in this one, whose files are to be told by `take_over` once it is sealed."""
        return Folder(self._archive, f"{self._prefix}{name}/")

    def take_over(self, name: str, inner: Folder) -> None:
        self.files += [{**one, "name": f"{name}/{one['name']}"} for one in inner.files]

    def seal(self, facts: Mapping[str, Any]) -> None:
        """Sign the list of files with what the folder is about."""
        key = keys.signing_key()
        public = keys.public_key_of(key)
        earlier = sorted(keys.known().keys() - {fingerprint(public)})
        manifest = rfc8785.dumps(
            {"format": FORMAT, **facts, "public_key": public, "earlier_keys": earlier,
             "files": list(self.files)}
        )  # fmt: skip
        signature = keys.sign(MANIFEST, manifest, key)
        self.add("manifest.json", [manifest])
        self.add("manifest.sig", [f"{signature}\n".encode()])
