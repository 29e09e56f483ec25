"""Reads JUnit XML as test runners write it: how many tests ran, and how they ended.

Source: the schemas of Jenkins' xUnit plugin and of Maven Surefire.
"""

from typing import BinaryIO, Literal

from pydantic import Field

from gates.declared import Fetched, Number, Read
from gates.enums import Kind
from gates.measurement import Measurement
from gates.probes.documents import Unreadable
from gates.readers.junit_counting import Tally, counted
from gates.readers.xml import walk
from gates.schedules import REPORT


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
    empty_suites: Literal["warn", "allow", "fail"] = Field(
        default="warn",
        title="Suites without any test",
        description="What some runners leave of a file that they could not run. Allow them where"
        " the runner names packages or groups that hold no test.",
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


def read(stream: BinaryIO, wanted: JunitSettings) -> Measurement:
    """What failed is red, whole or not; all else of a run that stopped half way is `Unreadable`."""
    tally = counted(walk(stream), repeats_are_flaky=wanted.repeated == "flaky")
    if tally.unwhole and tally.failed <= wanted.max_failed:
        raise Unreadable(tally.unwhole)
    return judged(tally, wanted)


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
    """Good, but for what the gate is to be told of or refuses beside failures."""
    ran = tally.tests - tally.skipped
    parts = [f"{ran - tally.failed} of {ran} tests passed"]
    if tally.skipped:
        parts.append(f"{tally.skipped} skipped")
    if tally.flaky and wanted.flaky != "allow":
        parts.append(f"{tally.flaky} only when run again")
    if tally.empty and wanted.empty_suites != "allow":
        parts.append(f"{tally.empty} suites without any test")
    return _worst(tally, wanted), ", ".join(parts)


def _worst(tally: Tally, wanted: JunitSettings) -> str:
    asked = {wanted.flaky} if tally.flaky else set()
    asked |= {wanted.empty_suites} if tally.empty else set()
    return "bad" if "fail" in asked else "warn" if "warn" in asked else "good"


KIND = Read(
    kind=Kind.JUNIT,
    asks="Did all tests pass?",
    settings=JunitSettings,
    schedule=REPORT,
    version="junit/2",
    numbers={
        "tests": Number("", "tests in the report"),
        "passed": Number("", "tests that passed"),
        "failed": Number("", "tests that failed or broke"),
        "skipped": Number("", "tests that were not run"),
        "flaky": Number("", "tests that passed only when run again"),
        "empty_suites": Number("", "suites that hold no test"),
        "pass_rate": Number("%", "passed among those that ran"),
    },
    red=(
        "more failed tests than allowed; a broken suite counts as a failure",
        "fewer tests than at least expected, or more skipped than allowed",
        "a warning, or red where the gate says so: tests that passed only when run again, and"
        " suites without any test",
        "no data: no tests at all, or all of them skipped",
        "could not be measured: a suite declares more tests than it holds, the file is cut off,"
        " no JUnit XML, XML entities",
    ),
    read=read,
)
