"""One measurement of any kind: settings read, asked or read, and held against the condition."""

import logging
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, BinaryIO, cast

from connections.client import GuardedClient
from connections.exceptions import Trouble
from gates.declared import Circumstances, Declared, Probed, Read, Settings
from gates.judging import held
from gates.kinds import KINDS
from gates.measurement import Measurement, storable, unmeasured
from gates.probes.documents import Unreadable

MOST_REPORT_BYTES = 64 * 1024 * 1024
KEPT_IN_MEMORY = 1024 * 1024
FETCH_SECONDS = 60
logger = logging.getLogger(__name__)


def measure(
    kind: str,
    settings: Mapping[str, Any],
    condition: str | None,
    around: Circumstances,
    report: BinaryIO | None = None,
) -> Measurement:
    """Whatever goes wrong is an error with a sentence, never a verdict and never an exception.

    `report` is what was handed in for a kind that reads one; without it the report is fetched.
    `condition` None asks for the value alone, which nothing is held against.
    """
    began = time.perf_counter()
    declared = KINDS[kind]
    target = str(settings.get("url", ""))
    try:
        wanted = declared.settings.read(settings)
        if condition is not None and (why := declared.refusal_of(condition, settings)):
            raise ValueError(why)
        target = wanted.target(around) if report is None else ""
        found = held(_asked(declared, wanted, around, report), condition or "", declared)
    except Trouble as trouble:
        found = unmeasured(trouble.sentence)
    except ValueError as error:
        found = unmeasured(str(error))
    except Exception as error:
        logger.exception("measuring a gate of kind %s failed", kind)
        found = unmeasured(f"The probe itself failed: {error}")
    return replace(
        storable(found),
        target=found.target or target,
        duration_ms=round((time.perf_counter() - began) * 1000),
        probe_version=declared.version,
    )


def _asked(
    declared: Declared[Any], wanted: Settings, around: Circumstances, report: BinaryIO | None
) -> Measurement:
    if isinstance(declared, Probed):
        return declared.probe(wanted, around)
    if not isinstance(declared, Read):
        return unmeasured(f"“{declared.title}” is reported, not measured.")
    if report is not None:
        return declared.read(report, wanted)
    with _fetched(wanted, around) as stream:
        return declared.read(stream, wanted)


@contextmanager
def _fetched(wanted: Settings, around: Circumstances) -> Iterator[BinaryIO]:
    target = wanted.target(around)
    if not target:
        raise ValueError("No report was handed in, and there is no address to fetch one from.")
    with tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY) as body:
        with GuardedClient(
            permit=around.permit, seconds=FETCH_SECONDS, most_bytes=MOST_REPORT_BYTES
        ) as client:
            answer = client.download(target, body)
        if answer.status != 200:
            raise Unreadable(f"The report's address answered {answer.status}, needs 200.")
        body.seek(0)
        yield cast("BinaryIO", body)
