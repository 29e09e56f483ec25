"""SARIF, Trivy, Cobertura and cargo test: judged by what they hold, never green by absence."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.gates.reading import outcomes_when_cut, read

ACCEPTED = [{"kind": "external", "status": "accepted"}]
OPEN = [{"kind": "external", "status": "underReview"}]


def sarif(*results: dict[str, Any], rules: Any = (), **run: Any) -> str:
    driver = {"name": "lint", "rules": list(rules)}
    return json.dumps(
        {
            "version": "2.1.0",
            "runs": [{"results": list(results), "tool": {"driver": driver}, **run}],
        }
    )


def result(level: str | None = "error", **more: Any) -> dict[str, Any]:
    said = {"ruleId": "R1", "message": {"text": "bad\nmore"}, **more}
    return said if level is None else {**said, "level": level}


@pytest.mark.parametrize(
    ("body", "settings", "outcome", "reason"),
    [
        (sarif(), {}, "good", "0 errors, 0 warnings"),
        (sarif(result()), {}, "bad", "1 errors, needs at most 0"),
        (sarif(result()), {"max_errors": 1}, "good", "1 errors, 0 warnings"),
        (sarif(result("warning")), {}, "good", "0 errors, 1 warnings"),
        (sarif(result("warning")), {"max_warnings": 0}, "bad", "1 warnings, needs at most 0"),
        (sarif(result(None)), {"max_warnings": 0}, "bad", "1 warnings, needs at most 0"),
        (
            sarif(result(None), rules=[{"id": "R1", "defaultConfiguration": {"level": "error"}}]),
            {}, "bad", "1 errors, needs at most 0",
        ),
        (sarif(result(suppressions=ACCEPTED)), {}, "good", "0 errors, 0 warnings, 1 suppressed"),
        (sarif(result(suppressions=OPEN)), {}, "bad", "1 errors, needs at most 0"),
        (sarif(result(suppressions=[*ACCEPTED, *OPEN])), {}, "bad", "1 errors, needs at most 0"),
        (sarif(result(suppressions=[])), {}, "bad", "1 errors, needs at most 0"),
        (sarif(result(baselineState="absent")), {}, "good", "0 errors, 0 warnings"),
        (sarif(result(kind="pass")), {}, "good", "0 errors, 0 warnings"),
        (
            sarif(invocations=[{"executionSuccessful": False, "exitCode": 3}]),
            {}, "error", "The tool did not end well: exit code 3.",
        ),
        (
            '{"version": "2.1.0", "runs": []}',
            {}, "no_data", "the report holds no run of a tool",
        ),
        (
            '{"version": "2.1.0", "runs": [{"tool": {}}]}',
            {}, "no_data", "the report holds a run without results",
        ),
        ('{"runs": []}', {}, "error", "The report is no SARIF 2: it names no such version."),
        ("[]", {}, "error", "The report is no SARIF 2: it names no such version."),
        ('{"version": "2.1.0", "runs": [7]}', {}, "no_data", "the report holds no run of a tool"),
    ],
)  # fmt: skip
def test_sarif(body, settings, outcome, reason):
    found = read("sarif", body, **settings)
    assert (found.outcome, found.reason) == (outcome, reason)


def test_sarif_names_the_worst_with_its_place():
    place = {"artifactLocation": {"uri": "a.py"}, "region": {"startLine": 7}}
    worst = result(locations=[{"physicalLocation": place}])
    found = read("sarif", sarif(result("note"), worst))
    assert found.details == ("error: R1 a.py:7 bad", "note: R1  bad")


def trivy(*vulnerabilities: dict[str, Any], **more: Any) -> str:
    results = [{"Target": "app", "Vulnerabilities": list(vulnerabilities)}]
    return json.dumps({"SchemaVersion": 2, "ArtifactName": "app:1.4", "Results": results, **more})


def hole(severity: str = "CRITICAL", **more: Any) -> dict[str, Any]:
    said = {"VulnerabilityID": "CVE-1", "PkgName": "zlib", "InstalledVersion": "1", "Title": "T"}
    return {**said, "Severity": severity, **more}


@pytest.mark.parametrize(
    ("body", "settings", "outcome", "reason"),
    [
        (trivy(), {}, "good", "no findings"),
        (
            '{"SchemaVersion": 2, "ArtifactName": "a"}', {},
            "no_data", "the report names nothing that was looked at",
        ),
        (trivy(hole()), {}, "bad", "1 critical, needs at most 0"),
        (trivy(hole("HIGH"), hole("HIGH")), {"max_high": 1}, "bad", "2 high, needs at most 1"),
        (trivy(hole("LOW"), hole("MEDIUM")), {}, "good", "1 medium, 1 low"),
        (trivy(hole("MEDIUM")), {"max_medium": 0}, "bad", "1 medium, needs at most 0"),
        (trivy(hole("UNKNOWN")), {}, "bad", "1 unknown, needs at most 0"),
        (trivy(hole("Odd")), {}, "bad", "1 unknown, needs at most 0"),
        (
            trivy(hole()), {"ignore_unfixed": True},
            "good", "no findings; 1 without a fix left out",
        ),
        (
            trivy(hole(FixedVersion="2")), {"ignore_unfixed": True},
            "bad", "1 critical, needs at most 0",
        ),
        (
            trivy(Results=[{"Misconfigurations": [
                {"ID": "D1", "Severity": "HIGH", "Status": "FAIL"},
                {"ID": "D2", "Severity": "HIGH", "Status": "PASS"}]}]),
            {}, "bad", "1 high, needs at most 0",
        ),
        (
            trivy(Results=[{"Secrets": [{"RuleID": "aws", "Severity": "CRITICAL"}]}]),
            {}, "bad", "1 critical, needs at most 0",
        ),
        (
            trivy(Results=[{"ExperimentalModifiedFindings": [{"Status": "ignored"}]}]),
            {}, "good", "no findings; 1 suppressed",
        ),
        (
            "{}", {}, "error",
            "The report is no Trivy JSON of schema version 2: it names no schema or no artifact.",
        ),
        (
            "2026-11-24T10:00:00Z INFO Scanning\n" + trivy() + "\nINFO done\n",
            {}, "good", "no findings",
        ),
    ],
)  # fmt: skip
def test_trivy(body, settings, outcome, reason):
    found = read("trivy", body, **settings)
    assert (found.outcome, found.reason) == (outcome, reason)


def test_trivy_counts_are_what_a_condition_may_ask_for():
    found = read("trivy", trivy(hole("MEDIUM"), hole("LOW")), "findings <= 1")
    assert (found.outcome, found.reason) == ("bad", "2, needs at most 1")
    assert (found.counts["medium"], found.counts["suppressed"]) == (1, 0)


@pytest.mark.parametrize("kind", ["sarif", "trivy"])
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "The report holds no JSON document: it is empty."),
        ("<xml/>", "The report holds no JSON document; it begins with “<xml/>”."),
        ('{"version": NaN}', "The report is no whole JSON: lexical error"),
        ('{"a": 1,', "The report is no whole JSON: parse error: premature EOF"),
        ('{"a":' * 100 + "1" + "}" * 100, "The report is JSON that is nested too deeply."),
        (b"\x1f\x8b\x08\x00", "The report is compressed (gzip); hand it in unpacked."),
        (b"\0\0\0\0", "The report is no text: it holds NUL bytes. Write it in UTF-8."),
        (b'{"a": "\xe4"}', "The report is neither UTF-8 nor marked as UTF-16."),
    ],
)
def test_what_is_no_whole_json_is_an_error(kind, body, reason):
    found = read(kind, body)
    assert (found.outcome, found.reason[: len(reason)]) == ("error", reason)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_of_json(encoding):
    found = read("trivy", trivy(hole(Title="größer")).encode(encoding))
    assert found.details == (
        "scanned: app:1.4",
        "critical: CVE-1 in zlib 1 (no fix) größer",
    )


HALF = '<line number="2" hits="0" branch="true" condition-coverage="50% (1/2)"/>'
LINES = f'<line number="1" hits="1"/>{HALF}'


def cobertura(lines: str = LINES, **root: Any) -> str:
    said = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in root.items())
    method = f"<methods><method><lines>{lines}</lines></method></methods>"
    return (
        f'<coverage{said}><packages><package><classes><class filename="a.py">{method}'
        f"<lines>{lines}</lines></class></classes></package></packages></coverage>"
    )


@pytest.mark.parametrize(
    ("body", "settings", "outcome", "reason"),
    [
        (cobertura(), {"at_least": 50}, "good", "50.00 % of lines are covered"),
        (cobertura(), {}, "bad", "50.00 % of lines are covered, needs at least 80 %"),
        (
            cobertura(), {"at_least": 50, "branch_at_least": 60},
            "bad", "50.00 % of branches are covered, needs at least 60 %",
        ),
        (
            cobertura('<line number="1" hits="9"/>'), {"branch_at_least": 60},
            "no_data", "the report says nothing about branches",
        ),
        (cobertura(""), {}, "no_data", "the report holds no line that could be covered"),
        (
            cobertura(lines_valid=100), {"at_least": 0},
            "error", "The report declares 100 lines and lists 2: it is not whole.",
        ),
        (
            cobertura(lines_valid=2, lines_covered=2), {"at_least": 0},
            "error", "The report declares 2 covered lines and lists 1.",
        ),
        ("<testsuites/>", {}, "error", "The report is XML about “testsuites”, not Cobertura's."),
        (
            cobertura('<line number="1" hits="-1"/>'), {},
            "error", "line says hits=“-1”, which is no count.",
        ),
    ],
)  # fmt: skip
def test_cobertura(body, settings, outcome, reason):
    found = read("cobertura", body, **settings)
    assert (found.outcome, found.reason) == (outcome, reason)


def test_coverage_is_never_rounded_up():
    lines = '<line number="1" hits="1"/>' * 79_999 + '<line number="2" hits="0"/>' * 20_001
    found = read("cobertura", cobertura(lines))
    assert (found.outcome, found.value) == ("bad", "79.99")


def cargo(*suites: tuple[int, str]) -> str:
    return "\n".join(f"\nrunning {number} tests\ntest a ... ok\n{end}\n" for number, end in suites)


OK = (
    "test result: ok. {} passed; {} failed; {} ignored; 0 measured; {} filtered out; finished in 0s"
)
BAD = OK.replace("ok.", "FAILED.")


@pytest.mark.parametrize(
    ("body", "settings", "outcome", "reason"),
    [
        (cargo((2, OK.format(2, 0, 0, 0))), {}, "good", "2 of 2 tests passed"),
        (
            cargo((2, OK.format(2, 0, 0, 0)), (3, OK.format(2, 0, 1, 4))),
            {}, "good", "4 of 4 tests passed, 1 ignored; 4 filtered out",
        ),
        (cargo((2, BAD.format(1, 1, 0, 0))), {}, "bad", "1 of 2 tests failed"),
        (cargo((0, OK.format(0, 0, 0, 0))), {}, "no_data", "no test ran"),
        (cargo((1, OK.format(0, 0, 1, 0))), {}, "no_data", "no test ran"),
        (
            cargo((2, OK.format(2, 0, 0, 0))), {"min_tests": 3},
            "bad", "only 2 tests ran, needs at least 3",
        ),
        (
            cargo((2, OK.format(1, 0, 1, 0))), {"max_ignored": 0},
            "bad", "1 tests were ignored, needs at most 0",
        ),
        (
            cargo((5, "test b ... ok")), {},
            "error", "A suite of 5 tests began and did not end: the run stopped half way.",
        ),
        (
            cargo((5, OK.format(4, 0, 0, 0))), {},
            "error", "A suite announced 5 tests and ended with 4.",
        ),
        (
            cargo((2, OK.format(2, 0, 0, 0))) + "\nerror: could not compile `x`", {},
            "error", "The tests were not all built or run: error: could not compile `x`.",
        ),
        (
            cargo((2, OK.format(2, 0, 0, 0))) + "\nerror: test failed, to rerun pass `--lib`", {},
            "bad", "cargo says that tests failed, though 2 passed and none is counted",
        ),
        ("", {}, "error", "The report holds no result line of cargo test."),
        (
            "\x1b[1mrunning 1 test\x1b[0m\n" + OK.format(1, 0, 0, 0), {},
            "good", "1 of 1 tests passed",
        ),
    ],
)  # fmt: skip
def test_cargo_test(body, settings, outcome, reason):
    found = read("cargo_test", body, **settings)
    assert (found.outcome, found.reason) == (outcome, reason)


@pytest.mark.parametrize(
    ("kind", "whole"),
    [
        ("sarif", sarif(result("note"), result("note"))),
        ("trivy", trivy(hole("LOW"))),
        ("cobertura", cobertura('<line number="1" hits="1"/>', lines_valid=1)),
    ],
)
def test_report_cut_anywhere_never_passes(kind, whole):
    assert read(kind, whole).outcome == "good"
    assert outcomes_when_cut(kind, whole) == {"error"}


def test_shares_are_exact():
    assert read("cobertura", cobertura()).counts["line_coverage"] == Decimal("50.00")
