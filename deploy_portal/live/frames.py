"""What goes over the wire: messages in the form of server-sent events, for htmx to swap in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from deploy_portal.live import rows

COMMENT = b": still here\n\n"
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Piece:
    """One panel, rendered once for everybody who sees it."""

    name: str
    html: str
    digest: bytes

    def data(self, before: Piece | None = None) -> bytes:
        """All of it, or only the rows that changed if nothing around them did."""
        only = rows.changed(before.html, self.html) if before else None
        if only is None:
            return _data(f"{self.name}-panel", self.html)
        return b"".join(_data(name, html) for name, html in only.items())


@dataclass(frozen=True, slots=True)
class Shown:
    """What one audience sees of a deployment at one version; `asked` may exceed what there is."""

    version: int
    asked: frozenset[str]
    pieces: Mapping[str, Piece]

    def name(self, panels: Iterable[str]) -> str:
        """The event id: version and digest, since a sample changes a panel without an event."""
        digest = blake2b(digest_size=6)
        for panel in panels:
            if panel in self.pieces:
                digest.update(self.pieces[panel].digest)
        return f"{self.version}-{digest.hexdigest()}"

    def is_what_was_seen(self, last: str, panels: Iterable[str]) -> bool:
        """`last` is an event id, or from a freshly rendered page the bare version."""
        return last in {str(self.version), self.name(panels)}

    def changed_since(self, before: Shown | None, panels: Iterable[str]) -> list[str]:
        old = before.pieces if before else {}
        return [
            panel
            for panel, piece in ((panel, self.pieces.get(panel)) for panel in panels)
            if piece and (panel not in old or old[panel].digest != piece.digest)
        ]

    def message(self, panels: Iterable[str], before: Shown | None = None) -> bytes:
        """Named after everything the client looks at, carrying only what changed since."""
        old = before.pieces if before else {}
        changed = self.changed_since(before, panels)
        data = b"".join(self.pieces[panel].data(old.get(panel)) for panel in changed)
        return b"id: " + self.name(panels).encode() + b"\n" + data + b"\n"


def shown(version: int, asked: Iterable[str], fragments: Mapping[str, str]) -> Shown:
    pieces = {panel: _piece(panel, html) for panel, html in fragments.items()}
    return Shown(version, frozenset(asked), pieces)


def personal(viewers: int) -> bytes:
    """Have pages fetch their personal part, spread over so many milliseconds that none throng."""
    spread = min(viewers * 2, 3000)
    return f"event: personal\ndata: {spread}\n\n".encode()


def _piece(panel: str, html: str) -> Piece:
    return Piece(panel, html, blake2b(html.encode(), digest_size=16).digest())


def _data(target: str, html: str) -> bytes:
    partial = f'<hx-partial hx-target="#{target}" hx-swap="outerMorph">{html}</hx-partial>'
    return "".join(f"data: {line}\n" for line in _LINE_END.split(partial)).encode()
