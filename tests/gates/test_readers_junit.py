"""JUnit reports: nothing passes by absence of tests, and a run that stopped half way is no run."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest

from gates.declared import Circumstances
from gates.measurement import MOST_DETAILS, Measurement
from gates.measuring import measure

NOW = datetime(2026, 11, 24, tzinfo=UTC)
CASE = '<testcase classname="a.B" name="{}"/>'
BAD = '<testcase classname="a.B" name="{}"><failure message="1 != 2">at line 3</failure></testcase>'
SKIP = '<testcase classname="a.B" name="{}"><skipped/></testcase>'
FLAKY = '<testcase classname="a.B" name="{}"><flakyFailure message="late"/></testcase>'


def suite(*cases: str, **declared: Any) -> str:
    said = "".join(f' {name}="{value}"' for name, value in declared.items())
    named = [case.format(number) for number, case in enumerate(cases)]
    return f'<testsuite name="s"{said}>{"".join(named)}</testsuite>'


def read(body: str | bytes, condition: str = "", **settings: Any) -> Measurement:
    raw = body.encode() if isinstance(body, str) else body
    return measure("junit", settings, condition, Circumstances(NOW), BytesIO(raw))


@pytest.mark.parametrize(
    ("body", "settings", "outcome", "reason"),
    [
        (suite(CASE, CASE, tests=2), {}, "good", "2 of 2 tests passed"),
        (suite(CASE, CASE), {}, "good", "2 of 2 tests passed"),
        (suite(CASE, SKIP, tests=2), {}, "good", "1 of 1 tests passed, 1 skipped"),
        (suite(CASE, BAD, tests=2, failures=1), {}, "bad", "1 of 2 tests failed"),
        (suite(CASE, BAD), {"max_failed": 1}, "good", "1 of 2 tests passed"),
        (suite(CASE, tests=1, errors=1), {}, "bad", "1 of 1 tests failed"),
        (suite(CASE, SKIP), {"max_skipped": 0}, "bad", "1 tests were skipped, needs at most 0"),
        (suite(CASE), {"min_tests": 5}, "bad", "only 1 tests ran, needs at least 5"),
        (suite(), {}, "no_data", "the report holds no tests"),
        ("<testsuites/>", {}, "no_data", "the report holds no tests"),
        (suite(SKIP, SKIP), {}, "no_data", "all 2 tests were skipped"),
        (suite(CASE, tests=2, skipped=1), {}, "good", "1 of 1 tests passed"),
        (suite(CASE, FLAKY), {}, "warn", "2 of 2 tests passed, 1 only when run again"),
        (suite(CASE, FLAKY), {"flaky": "allow"}, "good", "2 of 2 tests passed"),
        (
            suite(CASE, FLAKY), {"flaky": "fail"},
            "bad", "2 of 2 tests passed, 1 only when run again",
        ),
        (
            f"<testsuites>{suite(CASE)}{suite(BAD)}</testsuites>", {}, "bad", "1 of 2 tests failed",
        ),
        (
            f'<testsuite tests="3">{suite(CASE, CASE, tests=2)}{CASE.format(9)}</testsuite>',
            {}, "good", "3 of 3 tests passed",
        ),
        (
            '<testsuite><error message="no database"/></testsuite>',
            {}, "bad", "a suite broke before its first test",
        ),
        (
            '<t:testsuite xmlns:t="urn:x"><t:testcase name="a"/></t:testsuite>',
            {}, "good", "1 of 1 tests passed",
        ),
    ],
)  # fmt: skip
def test_report_is_judged_by_what_it_holds(body, settings, outcome, reason):
    found = read(body, **settings)
    assert (found.outcome, found.reason) == (outcome, reason)


@pytest.mark.parametrize(("declared", "named"), [(3, 3), (2_000_000_000, MOST_DETAILS)])
def test_failures_that_no_test_names_count_however_many_a_suite_declares(declared, named):
    found = read(suite(CASE, tests=1, errors=declared))
    assert (found.outcome, found.counts["failed"]) == ("bad", declared)
    assert found.details == ("s: a failure that no test names",) * named


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            suite(CASE, tests=500),
            "“s” declares 500 tests and holds 1: the run stopped half way, or the report is not"
            " whole.",
        ),
        (suite(CASE, tests="many"), "testsuite says tests=“many”, which is no count."),
        (suite(CASE, tests="-1"), "testsuite says tests=“-1”, which is no count."),
        ("<coverage/>", "The report is XML about “coverage”, not JUnit test results."),
        ("", "The report is no whole XML: no element found"),
        ('{"tests": 3}', "The report is no whole XML: not well-formed"),
        (suite(CASE)[:-5], "The report is no whole XML:"),
        (f"{suite(CASE)} done", "The report is no whole XML:"),
        (
            '<!DOCTYPE x [<!ENTITY a "b">]><testsuite/>',
            "The report declares XML entities, which are never read.",
        ),
        (
            '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><testsuite>&a;</testsuite>',
            "The report declares XML entities, which are never read.",
        ),
        ('<?xml version="1.0" encoding="x-none"?><testsuite/>', "The report is"),
        (b"\xff" + suite(CASE).encode(), "The report is no whole XML:"),
        ("<a>" * 300, "The report is XML about “a”, not JUnit"),
        ("<testsuite>" * 300, "The report is XML that is nested too deeply."),
    ],
)
def test_what_cannot_be_evaluated_is_an_error_with_its_reason(body, reason):
    found = read(body)
    assert (found.outcome, found.reason[: len(reason)]) == ("error", reason)


def test_report_cut_anywhere_never_passes():
    whole = f'<?xml version="1.0"?>\n<testsuites>{suite(*[CASE] * 20, tests=20)}</testsuites>'
    outcomes = {read(whole[:cut]).outcome for cut in range(len(whole))}
    assert outcomes == {"error"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_are_read(encoding):
    found = read(suite(BAD.replace("1 != 2", "größer")).encode(encoding))
    assert found.details == ("a.B 0: größer",)


def test_declared_latin_1_is_read():
    body = f'<?xml version="1.0" encoding="ISO-8859-1"?>{suite(BAD.replace("1 != 2", "größer"))}'
    assert read(body.encode("latin-1")).details == ("a.B 0: größer",)


def test_document_type_is_let_through_and_never_fetched():
    body = f'<!DOCTYPE testsuite SYSTEM "http://127.0.0.1:9/junit.dtd">{suite(CASE)}'
    assert read(body).outcome == "good"


def test_counts_are_what_a_condition_may_ask_for():
    found = read(suite(CASE, CASE, BAD, SKIP), "pass_rate >= 95 %", max_failed=1)
    assert found.counts == {
        "tests": 4, "passed": 2, "failed": 1, "skipped": 1, "flaky": 0,
        "empty_suites": 0,
        "pass_rate": Decimal("66.66"),
    }  # fmt: skip
    assert (found.outcome, found.reason) == ("bad", "66.66 %, needs at least 95 %")


def test_condition_on_what_the_kind_does_not_find_is_an_error():
    found = read(suite(CASE), "coverage > 85 %")
    assert (found.outcome, found.reason) == (
        "error",
        "“coverage” is not among what “JUnit test report” finds; use one of tests, passed, failed,"
        " skipped, flaky, empty_suites, pass_rate.",
    )


@pytest.mark.parametrize(("repeated", "outcome"), [("fail", "bad"), ("flaky", "warn")])
def test_test_named_twice_is_flaky_only_where_the_gate_says_so(repeated, outcome):
    again = BAD.format(1) + CASE.format(1)
    found = read(f"<testsuite>{CASE.format(0)}{again}</testsuite>", repeated=repeated)
    assert (found.outcome, found.counts["flaky"]) == (outcome, 1 if repeated == "flaky" else 0)


def test_two_tests_of_one_name_of_which_the_later_fails_are_red():
    body = f"<testsuite>{CASE.format(1)}{BAD.format(1)}</testsuite>"
    assert read(body, repeated="flaky").outcome == "bad"
