"""JUnit reports as runners write them: a test that did not run, or broke, has not passed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gates.measurement import Measurement
from tests.gates.reading import read


def junit(*cases: str, **settings: object) -> Measurement:
    return read("junit", f'<testsuite name="s">{"".join(cases)}</testsuite>', **settings)


@pytest.mark.parametrize(
    ("case", "counted"),
    [
        # googletest before 1.11 has no element for a test that skipped itself.
        ('<testcase name="a" status="run" result="skipped"/>', "skipped"),
        ('<testcase name="a" status="notrun" result="suppressed"/>', "skipped"),
        ('<testcase name="a" status="disabled"/>', "skipped"),
        ('<testcase name="a" status="undefined"/>', "skipped"),
        ('<testcase name="a" status="run" result="completed"/>', "passed"),
        ('<testcase name="a" status="passed"/>', "passed"),
        ('<testcase name="a" status="Failed"/>', "failed"),
        ('<testcase name="a" result="timeout"/>', "failed"),
        ('<testcase name="a" status="fail"><skipped/></testcase>', "failed"),
        # Surefire: run again until it passed, and run again in vain.
        ('<testcase name="a"><flakyError message="x"/></testcase>', "flaky"),
        ('<testcase name="a"><rerunFailure message="x"/></testcase>', "flaky"),
        ('<testcase name="a"><failure/><rerunFailure/></testcase>', "failed"),
    ],
)
def test_state_of_a_test_is_read_wherever_it_is_said(case, counted):
    found = junit('<testcase name="b"/>', case)
    others = {"skipped": 0, "failed": 0, "flaky": 0, "passed": 1}
    others[counted] += 1
    if counted == "flaky":
        others["passed"] += 1
    assert {name: found.counts[name] for name in others} == others


def test_state_that_says_it_failed_is_told_with_the_test():
    found = junit('<testcase classname="a.B" name="c" status="Failed"/>')
    assert (found.outcome, found.details) == ("bad", ("a.B c: its state is “failed”",))


EMPTY = '<testsuite name="shop.db" tests="0"/>'


@pytest.mark.parametrize(
    ("more", "settings", "outcome", "reason"),
    [
        # jest-junit leaves this of a file with a syntax error.
        (EMPTY, {}, "warn", "1 of 1 tests passed, 1 suites without any test"),
        (EMPTY, {"empty_suites": "allow"}, "good", "1 of 1 tests passed"),
        (EMPTY, {"empty_suites": "fail"}, "bad", "1 of 1 tests passed, 1 suites without any test"),
        (f"<testsuite>{EMPTY}</testsuite>", {}, "warn", "1 of 1 tests passed, 1 suites without"),
        # Some runners leave skipped tests out and say how many.
        ('<testsuite tests="2" skipped="2"/>', {}, "good", "1 of 1 tests passed"),
    ],
)
def test_suite_that_did_not_run_is_told_and_may_be_refused(more, settings, outcome, reason):
    ran = '<testsuite name="shop"><testcase name="a"/></testsuite>'
    found = read("junit", f"<testsuites>{ran}{more}</testsuites>", **settings)
    assert (found.outcome, found.reason[: len(reason)]) == (outcome, reason)
    if more == EMPTY:
        assert found.details == ("no test: shop.db",)


def test_failure_is_red_though_the_run_stopped_half_way():
    half = '<testsuite tests="9"><testcase name="a"><failure message="no"/></testcase></testsuite>'
    assert read("junit", half).outcome == "bad"
    assert read("junit", half, max_failed=1).outcome == "error"


TESTS = """
import pytest

@pytest.fixture
def database():
    yield
    raise RuntimeError("still in use")

def test_passes(): pass
{more}
"""
BREAKS = "def test_breaks_afterwards(database): pass"
SKIPS = "@pytest.mark.skip\ndef test_left_out(): pass"


@pytest.mark.parametrize(
    ("more", "outcome", "reason"),
    [
        ("", "good", "1 of 1 tests passed"),
        (SKIPS, "good", "1 of 1 tests passed, 1 skipped"),
        # pytest counts such a test twice and lists it once.
        (BREAKS, "bad", "1 of 2 tests failed"),
        ("raise SystemError", "bad", "1 of 1 tests failed"),
    ],
)
def test_what_pytest_writes_is_read(more, outcome, reason, tmp_path: Path):
    (tmp_path / "test_shop.py").write_text(TESTS.format(more=more))
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    plain = {name: said for name, said in os.environ.items() if not name.startswith("PYTEST")}
    asked = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:django", "--junitxml=o.xml"]
    subprocess.run([sys.executable, *asked], cwd=tmp_path, env=plain, check=False)
    found = read("junit", (tmp_path / "o.xml").read_bytes())
    assert (found.outcome, found.reason) == (outcome, reason)
