import codecs
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.encodings import LARGEST, UnreadableError, decode

TEXT = "# Größe\r\n- [ ] ✓\rend\n"
READ = "# Größe\n- [ ] ✓\nend\n"


@pytest.mark.parametrize(
    ("source", "encoding"),
    [
        (TEXT.encode(), "UTF-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "UTF-8 with BOM"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "UTF-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "UTF-16"),
    ],
)
def test_usual_encodings_are_read_with_one_line_end(source: bytes, encoding: str) -> None:
    decoded = decode(source)
    assert (decoded.text, decoded.encoding) == (READ, encoding)


EMPTY = "The document is empty; choose a Markdown file with a checklist."
NUL = (
    "The document has a NUL character in line 1, as binary files and UTF-16 without BOM have; "
    "save it as UTF-8."
)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (b"", EMPTY),
        (b" \r\n\t", EMPTY),
        (codecs.BOM_UTF8, EMPTY),
        ("go".encode("utf-16-le"), NUL),
        (
            "ok\nGröße".encode("latin-1"),
            "The document is not UTF-8 text: byte 6 in line 2 does not belong there; "
            "save it as UTF-8.",
        ),
        (
            codecs.BOM_UTF16_LE + b"a",
            "The document is not UTF-16 text: byte 1 in line 1 does not belong there; "
            "save it as UTF-8.",
        ),
        ("go".encode("utf-32"), "The document is UTF-32 text; save it as UTF-8."),
        (
            b"a" * (LARGEST + 1),
            "The document has more than 5 MB; split it into smaller ones.",
        ),
    ],
)
def test_anything_else_is_refused_with_one_sentence(source: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        decode(source)
    assert str(refused.value) == sentence


def test_five_megabytes_are_read() -> None:
    assert len(decode(b"a" * LARGEST).text) == LARGEST


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(source: bytes) -> None:
    with suppress(UnreadableError):
        text = decode(source).text
        assert "\r" not in text and "\0" not in text
