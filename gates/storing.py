"""Keeps a report as it came, in parts, and gives it back as a stream."""

import hashlib
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from deployments.exceptions import Invalid
from gates.measuring import MOST_REPORT_BYTES
from gates.models import Report, ReportPart

PART_BYTES = 1024 * 1024


def keep(report: Report, chunks: Iterable[bytes]) -> Report:
    """Write the report with its parts; raises `Invalid` for an empty one or one that is too large.

    The caller is in a transaction, so that nothing of a refused report stays.
    """
    report.sha256, report.size = "", 0
    report.save()
    digest, size, number = hashlib.sha256(), 0, 0
    for number, part in enumerate(_parts(chunks), 1):
        size += len(part)
        if size > MOST_REPORT_BYTES:
            most = MOST_REPORT_BYTES // 1024 // 1024
            raise Invalid(f"The report is larger than {most} MiB, which is the most that is read.")
        digest.update(part)
        ReportPart.objects.create(report=report, number=number, body=part)
    if not size:
        raise Invalid("The report is empty.")
    report.sha256, report.size = digest.hexdigest(), size
    report.save(update_fields=["sha256", "size"])
    return report


@contextmanager
def opened(report: Report | None) -> Iterator[BinaryIO | None]:
    """The report as a stream of bytes that never holds more than a part; None for none."""
    if report is None:
        yield None
        return
    numbers = report.parts.order_by("number").values_list("number", flat=True)
    with io.BufferedReader(_Parts(report, list(numbers))) as stream:
        yield stream


class _Parts(io.RawIOBase):
    def __init__(self, report: Report, numbers: list[int]) -> None:
        self._report = report
        self._left = iter(numbers)
        self._part = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._part:
            number = next(self._left, None)
            if number is None:
                return 0
            self._part = memoryview(self._report.parts.get(number=number).body)
        taken = min(len(buffer), len(self._part))
        buffer[:taken] = self._part[:taken]
        self._part = self._part[taken:]
        return taken


def _parts(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in parts of one size."""
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) >= PART_BYTES:
            yield bytes(waiting[:PART_BYTES])
            del waiting[:PART_BYTES]
    if waiting:
        yield bytes(waiting)
