"""From the bytes of a document to its text, or one sentence why that is not possible."""

import codecs
from dataclasses import dataclass

LARGEST = 5 * 1024 * 1024
TOO_LARGE = "The document has more than 5 MB; split it into smaller ones."
REMEDY = "save it as UTF-8"

# The UTF-32 mark of little-endian begins with that of UTF-16, so it is asked first.
_REFUSED_MARKS = ((codecs.BOM_UTF32_LE, "UTF-32"), (codecs.BOM_UTF32_BE, "UTF-32"))
_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with BOM"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)


class UnreadableError(ValueError):
    """One sentence that says what is wrong with a file and what would be right."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text with `\\n` as its only line end, and the name of the encoding it came in."""

    text: str
    encoding: str


def decode(source: bytes) -> Decoded:
    """Read UTF-8 with or without BOM and UTF-16 with BOM; everything else is refused."""
    if len(source) > LARGEST:
        raise UnreadableError(TOO_LARGE)
    for mark, name in _REFUSED_MARKS:
        if source.startswith(mark):
            raise UnreadableError(f"The document is {name} text; {REMEDY}.")
    text, encoding = _text_of(source)
    if not text.strip():
        raise UnreadableError("The document is empty; choose a Markdown file with a checklist.")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UnreadableError(
            f"The document has a NUL character in line {line}, as binary files and UTF-16 without "
            f"BOM have; {REMEDY}."
        )
    return Decoded(text.replace("\r\n", "\n").replace("\r", "\n"), encoding)


def _text_of(source: bytes) -> tuple[str, str]:
    for mark, codec, name in _MARKS:
        if source.startswith(mark):
            return _strictly(source[len(mark) :], codec, name), name
    return _strictly(source, "utf-8", "UTF-8"), "UTF-8"


def _strictly(source: bytes, codec: str, name: str) -> str:
    try:
        return source.decode(codec)
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        raise UnreadableError(
            f"The document is not {name} text: byte {error.start + 1} in line {line} does not "
            f"belong there; {REMEDY}."
        ) from None
