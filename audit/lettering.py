"""Which font draws which letters of the record, and whether all of it can be read there.

The record's own font has the alphabets of Europe. Chinese, Japanese and Korean are drawn by fonts
that whoever opens a PDF has, or is offered; they are named in it and not part of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from xml.sax.saxutils import escape

CHINESE, JAPANESE, KOREAN = "STSong-Light", "HeiseiKakuGo-W5", "HYGothic-Medium"
HANGUL = "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"
KANA = "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"
# Signs of the three beyond the first 65,536 are in none of the fonts.
IDEOGRAPHS = "\u2e80-\u2fdf\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef"
EAST_ASIAN = re.compile(f"[{HANGUL}{KANA}{IDEOGRAPHS}]+")
OF_KOREAN, OF_JAPANESE = re.compile(f"[{HANGUL}]"), re.compile(f"[{KANA}]")
LEFTWARDS = frozenset({"R", "AL"})


def composed(text: str) -> str:
    """One sign for a letter with its accents, where there is one; what no page shows is a gap."""
    text = unicodedata.normalize("NFC", text)
    return "".join(one if one.isprintable() else " " for one in text)


def markup(text: str) -> str:
    """Escaped, each stretch of East Asian signs in a font that has them."""
    return EAST_ASIAN.sub(
        lambda found: f'<font name="{_face(found[0])}">{escape(found[0])}</font>',
        escape(text),
    )


def borrows(text: str) -> bool:
    """Some of it is drawn by a font that is not in the PDF."""
    return EAST_ASIAN.search(text) is not None


def is_readable(text: str, known: Collection[int]) -> bool:
    """`known` are the signs of the record's font; it runs from left to right and joins nothing."""
    rest = EAST_ASIAN.sub("", text)
    return all(
        ord(one) in known and unicodedata.bidirectional(one) not in LEFTWARDS for one in rest
    )


def _face(text: str) -> str:
    if OF_KOREAN.search(text):
        return KOREAN
    return JAPANESE if OF_JAPANESE.search(text) else CHINESE
