"""Counts a JUnit report as it is walked: its suites, its tests, and how each of them ended.

What the attributes declare is only held against what is counted, since runners differ.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal

from gates.measurement import MOST_DETAILS
from gates.probes.documents import Unreadable
from gates.readers.xml import Mark

ROOTS = ("testsuites", "testsuite")
# Surefire's “rerun” stands beside a failure; alone it is one that went away.
FLAKY = frozenset({"flakyFailure", "flakyError", "rerunFailure", "rerunError"})
# Some runners say in an attribute alone what became of a test.
NOT_RUN = {
    "notrun", "not_run", "skipped", "disabled", "ignored", "suppressed", "aborted", "untested",
    "undefined", "pending",
}  # fmt: skip
BROKEN = {"fail", "failed", "failure", "error", "errored", "broken", "timeout", "crashed"}
LONGEST_MESSAGE = 200


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
    has_parts: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.tests or self.failed or self.declared or self.has_parts)

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
    """Counted over the whole report; `details` name failed tests, as many as are kept.

    `unwhole` says where it declares more than it holds, `empty` counts suites without any test.
    """

    tests: int = 0
    failed: int = 0
    skipped: int = 0
    flaky: int = 0
    empty: int = 0
    unwhole: str = ""
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
            "empty_suites": self.empty,
        }
        if ran > 0:
            share = Decimal(passed * 100) / ran
            found["pass_rate"] = share.quantize(Decimal("0.01"), ROUND_DOWN)
        return found

    def note(self, line: str) -> None:
        if len(self.details) < MOST_DETAILS:
            self.details.append(line)


def counted(marks: Iterable[Mark], *, repeats_are_flaky: bool) -> Tally:
    """Everything in the report; raises `Unreadable` where it is none."""
    tally, suites, case = Tally(), list[Suite](), None
    for mark in marks:
        if mark.depth == 0 and mark.is_start and mark.name not in ROOTS:
            raise Unreadable(f"The report is XML about “{mark.name[:60]}”, not JUnit test results.")
        if mark.name in ROOTS:
            _open_or_close(mark, suites, tally)
        elif mark.name == "testcase":
            if mark.is_start:
                case = _begun(mark)
            elif case is not None:
                _ended(case, suites, tally, repeats_are_flaky)
                case = None
        elif mark.is_start and mark.above == "testcase" and case is not None:
            _said(mark, case)
        elif mark.is_start and mark.above in ROOTS and mark.name in ("error", "failure"):
            _add_failure(suites, tally, f"{suites[-1].name}: {_message(mark)}")
    return tally


def _open_or_close(mark: Mark, suites: list[Suite], tally: Tally) -> None:
    if not mark.is_start:
        _closed(suites.pop(), suites, tally)
        return
    if suites:
        suites[-1].has_parts = True
    suites.append(_opened(mark))


def _opened(mark: Mark) -> Suite:
    failed = (mark.number("failures") or 0) + (mark.number("errors") or 0)
    skipped = [mark.number(name) or 0 for name in ("skipped", "disabled", "ignored", "skip")]
    name = mark.attributes.get("name", "") or mark.name
    return Suite(name, mark.number("tests"), failed, max(skipped))


def _closed(suite: Suite, around: list[Suite], tally: Tally) -> None:
    if suite.missing > 0:
        tally.unwhole = tally.unwhole or (
            f"“{suite.name[:80]}” declares {suite.declared} tests and holds {suite.tests}:"
            " the run stopped half way, or the report is not whole."
        )
    if suite.is_empty:
        tally.empty += 1
        tally.note(f"no test: {suite.name}")
    unnamed = suite.declared_failed - suite.failed
    if unnamed > 0:
        line = f"{suite.name}: a failure that no test names"
        _add_failure([*around, suite], tally, line, number=unnamed)


def _begun(mark: Mark) -> Case:
    said = mark.attributes
    where = said.get("classname") or said.get("class") or said.get("file") or ""
    states = [said.get(name, "").strip().lower() for name in ("status", "result")]
    broken = next((f"its state is “{state}”" for state in states if state in BROKEN), None)
    name = f"{where} {said.get('name', '')}".strip() or "a test without a name"
    return Case(name, broken, is_skipped=not NOT_RUN.isdisjoint(states))


def _said(mark: Mark, case: Case) -> None:
    if mark.name in ("failure", "error"):
        case.failure = _message(mark)
    elif mark.name == "skipped":
        case.is_skipped = True
    elif mark.name in FLAKY:
        case.is_flaky = True


def _ended(case: Case, suites: list[Suite], tally: Tally, repeats_are_flaky: bool) -> None:
    tally.tests += 1
    for suite in suites:
        suite.tests += 1
    if case.failure is not None:
        if repeats_are_flaky:
            tally.failed_names.add(case.name)
        _add_failure(suites, tally, f"{case.name}: {case.failure}")
    elif case.is_skipped:
        tally.skipped += 1
        for suite in suites:
            suite.skipped += 1
    elif case.is_flaky:
        tally.flaky += 1
        tally.note(f"flaky: {case.name}")
    elif repeats_are_flaky and case.name in tally.failed_names:
        tally.failed_names.discard(case.name)
        tally.failed, tally.tests, tally.flaky = tally.failed - 1, tally.tests - 1, tally.flaky + 1
        tally.note(f"flaky: {case.name}")


def _add_failure(suites: list[Suite], tally: Tally, line: str, *, number: int = 1) -> None:
    tally.failed += number
    for suite in suites:
        suite.failed += number
    for _ in range(min(number, MOST_DETAILS)):
        tally.note(line)


def _message(mark: Mark) -> str:
    said = mark.attributes.get("message") or mark.attributes.get("type") or mark.name
    return said.strip().splitlines()[0][:LONGEST_MESSAGE] if said.strip() else mark.name
