"""Rows as CSV that a spreadsheet opens without taking any cell for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

# Full-width twins are read as formulas, too, by programs in some languages.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # fmt: skip
BYTE_ORDER_MARK = "\ufeff"


def harmless(cell: object) -> str:
    """A leading apostrophe makes it text; spaces in front do not hide what comes after them."""
    text = str(cell).replace("\0", "")
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def csv_pieces(rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    yield BYTE_ORDER_MARK.encode()
    out = StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()
