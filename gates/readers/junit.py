"""Reads JUnit XML as test runners write it: how many tests ran, and how they ended.

Source: the schemas of Jenkins' xUnit plugin and of Maven Surefire; runners differ, so what the
attributes declare is only held against what is counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import BinaryIO, Literal

from pydantic import Field

from gates.declared import Fetched, Number, Read
from gates.enums import Kind
from gates.measurement import MOST_DETAILS, Measurement
from gates.probes.documents import Unreadable
from gates.readers.xml import Mark, walk
from gates.schedules import REPORT

ROOTS = ("testsuites", "testsuite")
FLAKY = frozenset({"flakyFailure", "flakyError"})
NOT_RUN = frozenset({"notrun", "skipped", "disabled", "ignored"})
LONGEST_MESSAGE = 200


class JunitSettings(Fetched):
    called = "A JUnit gate"

    min_tests: int = Field(
        default=1, title="At least so many tests", ge=1, le=10_000_000,
        description="Fewer mean that a suite did not run.",
    )  # fmt: skip
    max_failed: int = Field(default=0, title="Failed tests allowed", ge=0, le=1_000_000)
    max_skipped: int | None = Field(
        default=None, title="Skipped tests allowed", ge=0, le=10_000_000,
        description="Empty: any number, as long as one test ran.",
    )  # fmt: skip
    flaky: Literal["warn", "allow", "fail"] = Field(
        default="warn",
        title="Tests that passed only when run again",
        description="Reported by the runner as flaky.",
    )
    repeated: Literal["fail", "flaky"] = Field(
        default="fail",
        title="A test named twice that failed and then passed",
        description="“flaky” where the runner repeats failed tests under the same name.",
    )

    @property
    def threshold(self) -> str:
        parts = [f"at most {self.max_failed} failed", f"at least {self.min_tests} tests"]
        if self.max_skipped is not None:
            parts.append(f"at most {self.max_skipped} skipped")
        return ", ".join(parts)


@dataclass
class Suite:
    """What a suite declares, and what was counted inside it, nested suites included."""

    name: str
    declared: int | None
    declared_failed: int
    declared_skipped: int
    tests: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def missing(self) -> int:
        """Tests that it declares and does not hold; some runners leave skipped ones out."""
        left_out = max(0, self.declared_skipped - self.skipped)
        return (self.declared or 0) - self.tests - left_out


@dataclass
class Case:
    name: str
    failure: str | None = None
    is_skipped: bool = False
    is_flaky: bool = False


@dataclass
class Tally:
    """Counted over the whole report; `details` name failed tests, as many as are kept."""

    tests: int = 0
    failed: int = 0
    skipped: int = 0
    flaky: int = 0
    details: list[str] = field(default_factory=list)
    failed_names: set[str] = field(default_factory=set)

    @property
    def counts(self) -> dict[str, Decimal | int]:
        ran = self.tests - self.skipped
        passed = max(0, ran - self.failed)
        found: dict[str, Decimal | int] = {
            "tests": self.tests,
            "passed": passed,
            "failed": self.failed,
            "skipped": self.skipped,
            "flaky": self.flaky,
        }
        if ran > 0:
            share = Decimal(passed * 100) / ran
            found["pass_rate"] = share.quantize(Decimal("0.01"), ROUND_DOWN)
        return found

    def note(self, line: str) -> None:
        if len(self.details) < MOST_DETAILS:
            self.details.append(line)


def read(stream: BinaryIO, wanted: JunitSettings) -> Measurement:
    return judged(counted(walk(stream), wanted), wanted)


def counted(marks: Iterable[Mark], wanted: JunitSettings) -> Tally:
    """Everything in the report; raises `Unreadable` where it is none, or stopped half way."""
    tally, suites, case = Tally(), list[Suite](), None
    for mark in marks:
        if mark.depth == 0 and mark.is_start and mark.name not in ROOTS:
            raise Unreadable(f"The report is XML about “{mark.name[:60]}”, not JUnit test results.")
        if mark.name in ROOTS:
            if mark.is_start:
                suites.append(_opened(mark))
            else:
                _closed(suites.pop(), suites, tally)
        elif mark.name == "testcase":
            if mark.is_start:
                case = _begun(mark)
            elif case is not None:
                _ended(case, suites, tally, wanted)
                case = None
        elif mark.is_start and mark.above == "testcase" and case is not None:
            _said(mark, case)
        elif mark.is_start and mark.above in ROOTS and mark.name in ("error", "failure"):
            _add_failure(suites, tally, f"{suites[-1].name}: {_message(mark)}")
    return tally


def _opened(mark: Mark) -> Suite:
    failed = (mark.number("failures") or 0) + (mark.number("errors") or 0)
    skipped = [mark.number(name) or 0 for name in ("skipped", "disabled", "ignored", "skip")]
    name = mark.attributes.get("name", "") or mark.name
    return Suite(name, mark.number("tests"), failed, max(skipped))


def _closed(suite: Suite, around: list[Suite], tally: Tally) -> None:
    if suite.missing > 0:
        raise Unreadable(
            f"“{suite.name[:80]}” declares {suite.declared} tests and holds {suite.tests}:"
            " the run stopped half way, or the report is not whole."
        )
    unnamed = suite.declared_failed - suite.failed
    for _ in range(min(unnamed, 1_000_000)):
        _add_failure([*around, suite], tally, f"{suite.name}: a failure that no test names")


def _begun(mark: Mark) -> Case:
    said = mark.attributes
    where = said.get("classname") or said.get("class") or said.get("file") or ""
    state = (said.get("status") or said.get("result") or "").lower()
    name = f"{where} {said.get('name', '')}".strip() or "a test without a name"
    return Case(name, is_skipped=state in NOT_RUN)


def _said(mark: Mark, case: Case) -> None:
    if mark.name in ("failure", "error"):
        case.failure = _message(mark)
    elif mark.name == "skipped":
        case.is_skipped = True
    elif mark.name in FLAKY:
        case.is_flaky = True


def _ended(case: Case, suites: list[Suite], tally: Tally, wanted: JunitSettings) -> None:
    tally.tests += 1
    for suite in suites:
        suite.tests += 1
    if case.failure is not None:
        tally.failed_names.add(case.name)
        _add_failure(suites, tally, f"{case.name}: {case.failure}")
    elif case.is_skipped:
        tally.skipped += 1
        for suite in suites:
            suite.skipped += 1
    elif case.is_flaky:
        tally.flaky += 1
        tally.note(f"flaky: {case.name}")
    elif wanted.repeated == "flaky" and case.name in tally.failed_names:
        tally.failed_names.discard(case.name)
        tally.failed, tally.tests, tally.flaky = tally.failed - 1, tally.tests - 1, tally.flaky + 1
        tally.note(f"flaky: {case.name}")


def _add_failure(suites: list[Suite], tally: Tally, line: str) -> None:
    tally.failed += 1
    for suite in suites:
        suite.failed += 1
    tally.note(line)


def _message(mark: Mark) -> str:
    said = mark.attributes.get("message") or mark.attributes.get("type") or mark.name
    return said.strip().splitlines()[0][:LONGEST_MESSAGE] if said.strip() else mark.name


def judged(tally: Tally, wanted: JunitSettings) -> Measurement:
    """The outcome by the settings; nothing passes by absence of tests."""
    outcome, reason = _verdict(tally, wanted)
    return Measurement(
        outcome,
        reason,
        value=str(tally.failed),
        threshold=wanted.threshold,
        counts=tally.counts,
        details=tuple(tally.details),
    )


def _verdict(tally: Tally, wanted: JunitSettings) -> tuple[str, str]:
    if tally.failed and not tally.tests:
        return "bad", "a suite broke before its first test"
    if tally.failed > wanted.max_failed:
        return "bad", f"{tally.failed} of {tally.tests} tests failed"
    if not tally.tests:
        return "no_data", "the report holds no tests"
    if tally.skipped == tally.tests:
        return "no_data", f"all {tally.tests} tests were skipped"
    if tally.tests - tally.skipped < wanted.min_tests:
        ran = tally.tests - tally.skipped
        return "bad", f"only {ran} tests ran, needs at least {wanted.min_tests}"
    if wanted.max_skipped is not None and tally.skipped > wanted.max_skipped:
        return "bad", f"{tally.skipped} tests were skipped, needs at most {wanted.max_skipped}"
    return _passed(tally, wanted)


def _passed(tally: Tally, wanted: JunitSettings) -> tuple[str, str]:
    ran = tally.tests - tally.skipped
    left = f", {tally.skipped} skipped" if tally.skipped else ""
    said = f"{ran - tally.failed} of {ran} tests passed{left}"
    if not tally.flaky or wanted.flaky == "allow":
        return "good", said
    return "warn" if wanted.flaky == "warn" else "bad", f"{said}, {tally.flaky} only when run again"


KIND = Read(
    kind=Kind.JUNIT,
    asks="Did all tests pass?",
    settings=JunitSettings,
    schedule=REPORT,
    version="junit/1",
    numbers={
        "tests": Number("", "tests in the report"),
        "passed": Number("", "tests that passed"),
        "failed": Number("", "tests that failed or broke"),
        "skipped": Number("", "tests that were not run"),
        "flaky": Number("", "tests that passed only when run again"),
        "pass_rate": Number("%", "passed among those that ran"),
    },
    red=(
        "more failed tests than allowed; a broken suite counts as a failure",
        "fewer tests than at least expected, or more skipped than allowed",
        "no data: no tests at all, or all of them skipped",
        "could not be measured: a suite declares more tests than it holds, the file is cut off,"
        " no JUnit XML, XML entities",
    ),
    read=read,
)
