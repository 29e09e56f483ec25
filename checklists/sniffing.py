"""What a file is by its first bytes; its name and the type its sender declares prove nothing."""

import codecs
from pathlib import PurePath

HEAD = 4096  # bytes, enough for every mark below
TEXT, UNKNOWN = "text/plain", "application/octet-stream"

# Whatever is found is one of these: nothing that a browser would run (HTML and SVG are text here).
_MARKS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
)
IMAGES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WebP"}
_EXTENSIONS = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
}


def sniff(head: bytes) -> str:
    for mark, found in _MARKS:
        if head.startswith(mark):
            return found
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    return TEXT if _is_text(head) else UNKNOWN


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        # A character may be cut in two at the end of the head.
        codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < HEAD)
    except UnicodeDecodeError:
        return False
    return True


def lie(name: str, found: str) -> str:
    """The sentence for a name that promises an image which the file is not, else nothing."""
    promised = _EXTENSIONS.get(PurePath(name).suffix.lower(), found)
    if promised == found:
        return ""
    return (
        f"“{name}” is not a {IMAGES[promised]} image; "
        "choose the image itself, or name the file as what it is."
    )
