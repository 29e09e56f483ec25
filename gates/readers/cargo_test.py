"""Reads what `cargo test` prints: its suites, each begun with “running n tests” and ended.

Source: the pretty format of Rust's libtest, and what cargo says between the suites. A suite that
begins, or is named last, and does not end stopped half way.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import BinaryIO

from pydantic import Field

from gates.declared import Fetched, Number, Read
from gates.enums import Kind
from gates.measurement import MOST_DETAILS, Measurement
from gates.probes.documents import Unreadable
from gates.readers.text import as_text
from gates.schedules import REPORT

LONGEST_LINE = 100_000
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
BEGUN = re.compile(r"running (\d{1,9}) tests?")
ENDED = re.compile(
    r"test result: (ok|FAILED)\. (\d{1,9}) passed; (\d{1,9}) failed;"
    r" (\d{1,9}) ignored; (\d{1,9}) measured; (\d{1,9}) filtered out.*"
)
FAILED = re.compile(r"test (.{1,300}) \.\.\. FAILED")
PANICKED = re.compile(r"error: (?:test failed|doctest failed|\d{1,9} targets? failed).*")
# Inside a suite it may be what a test prints; between suites only cargo and rustc speak.
BROKEN = re.compile(r"error(?:\[E\d+\])?: .*")
NAMED = re.compile(r"(?:Running|Doc-tests) \S.*")


class CargoTestSettings(Fetched):
    called = "A cargo test gate"

    min_tests: int = Field(
        default=1, title="At least so many tests", ge=1, le=10_000_000,
        description="Fewer mean that a suite did not run.",
    )  # fmt: skip
    max_ignored: int | None = Field(
        default=None, title="Ignored tests allowed", ge=0, le=10_000_000,
        description="Empty: any number, as long as one test ran.",
    )  # fmt: skip

    @property
    def threshold(self) -> str:
        ignored = "" if self.max_ignored is None else f", at most {self.max_ignored} ignored"
        return f"none failed, at least {self.min_tests} tests{ignored}"


@dataclass
class Tally:
    """`running` is what the suite under way announced, None between suites.

    `named` is the suite that cargo has just named and that has not said a word yet.
    """

    suites: int = 0
    running: int | None = None
    passed: int = 0
    failed: int = 0
    ignored: int = 0
    filtered: int = 0
    broken: str = ""
    named: str = ""
    says_failed: bool = False
    details: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, Decimal | int]:
        return {
            "tests": self.passed + self.failed,
            "passed": self.passed,
            "failed": self.failed,
            "ignored": self.ignored,
            "filtered_out": self.filtered,
            "suites": self.suites,
        }


def read(stream: BinaryIO, wanted: CargoTestSettings) -> Measurement:
    text, tally = as_text(stream), Tally()
    try:
        while line := text.readline(LONGEST_LINE):
            _hear(ANSI.sub("", line).strip(), tally)
    except UnicodeError as error:
        raise Unreadable("The report is neither UTF-8 nor marked as UTF-16.") from error
    if tally.broken:
        raise Unreadable(f"The tests were not all built or run: {tally.broken[:200]}.")
    if tally.running is not None:
        raise Unreadable(
            f"A suite of {tally.running} tests began and did not end: the run stopped half way."
        )
    if tally.named and not tally.says_failed:
        raise Unreadable(f"“{tally.named[:120]}” was to run and says nothing: it stopped half way.")
    if not tally.suites:
        raise Unreadable("The report holds no result line of cargo test.")
    return _judged(tally, wanted)


def _hear(line: str, tally: Tally) -> None:
    if line:
        tally.named = line if tally.running is None and NAMED.fullmatch(line) else ""
    if begun := BEGUN.fullmatch(line):
        if tally.running is not None:
            raise Unreadable("A suite began before the one before it ended: output is mixed up.")
        tally.running = int(begun[1])
    elif ended := ENDED.fullmatch(line):
        _end(ended, tally)
    elif (failed := FAILED.fullmatch(line)) and len(tally.details) < MOST_DETAILS:
        tally.details.append(f"failed: {failed[1]}")
    elif PANICKED.fullmatch(line):
        tally.says_failed = True
    elif tally.running is None and not tally.broken and BROKEN.fullmatch(line):
        tally.broken = line.rstrip(".")


def _end(ended: re.Match[str], tally: Tally) -> None:
    passed, failed, ignored, measured, filtered = map(int, ended.groups()[1:])
    ran = passed + failed + ignored + measured
    if tally.running is None or tally.running != ran:
        announced = "none" if tally.running is None else tally.running
        raise Unreadable(f"A suite announced {announced} tests and ended with {ran}.")
    tally.says_failed |= ended[1] == "FAILED"
    tally.suites, tally.running = tally.suites + 1, None
    tally.passed += passed + measured
    tally.failed += failed
    tally.ignored += ignored
    tally.filtered += filtered


def _judged(tally: Tally, wanted: CargoTestSettings) -> Measurement:
    outcome, reason = _verdict(tally, wanted)
    left = f"; {tally.filtered} filtered out" if tally.filtered else ""
    return Measurement(
        outcome,
        f"{reason}{left}",
        value=str(tally.failed),
        threshold=wanted.threshold,
        counts=tally.counts,
        details=tuple(tally.details),
    )


def _verdict(tally: Tally, wanted: CargoTestSettings) -> tuple[str, str]:
    ran = tally.passed + tally.failed
    if tally.failed:
        return "bad", f"{tally.failed} of {ran} tests failed"
    if tally.says_failed:
        return "bad", f"cargo says that tests failed, though {ran} passed and none is counted"
    if not ran:
        return "no_data", "no test ran"
    if ran < wanted.min_tests:
        return "bad", f"only {ran} tests ran, needs at least {wanted.min_tests}"
    if wanted.max_ignored is not None and tally.ignored > wanted.max_ignored:
        return "bad", f"{tally.ignored} tests were ignored, needs at most {wanted.max_ignored}"
    ignored = f", {tally.ignored} ignored" if tally.ignored else ""
    return "good", f"{tally.passed} of {ran} tests passed{ignored}"


KIND = Read(
    kind=Kind.CARGO_TEST,
    asks="Did all Rust tests pass?",
    settings=CargoTestSettings,
    schedule=REPORT,
    version="cargo_test/2",
    numbers={
        "tests": Number("", "tests that ran"),
        "passed": Number("", "tests that passed"),
        "failed": Number("", "tests that failed"),
        "ignored": Number("", "tests marked as ignored"),
        "filtered_out": Number("", "tests left out by a filter"),
        "suites": Number("", "suites that ended"),
    },
    red=(
        "a failed test, fewer tests than at least expected, more ignored than allowed",
        "no data: no test ran",
        "could not be measured: the code did not compile, cargo tells of an error, a suite began"
        " and did not end or was named last and said nothing, no result line",
    ),
    read=read,
)
