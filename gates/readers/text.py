"""Text and JSON reports as UTF-8, whatever of the usual encodings they came in."""

import codecs
import io
from typing import BinaryIO, cast

from gates.probes.documents import Unreadable

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
PEEKED = 4096


def as_text(stream: BinaryIO) -> io.TextIOWrapper:
    """The report as text: UTF-8 with or without a mark, or UTF-16 with one; else `Unreadable`.

    What is no such text shows while it is read, as a `UnicodeError`.
    """
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(_raw(stream))
    head = buffered.peek(PEEKED)[:PEEKED]
    mark, encoding = next(
        ((mark, name) for mark, name in MARKS if head.startswith(mark)), (b"", "")
    )
    if not encoding and head[:2] == b"\x1f\x8b":
        raise Unreadable("The report is compressed (gzip); hand it in unpacked.")
    if not encoding and b"\0" in head:
        raise Unreadable("The report is no text: it holds NUL bytes. Write it in UTF-8.")
    buffered.read(len(mark))
    return io.TextIOWrapper(buffered, encoding=encoding or "utf-8", newline=None)


def _raw(stream: BinaryIO) -> io.RawIOBase:
    return cast("io.RawIOBase", stream)
