"""Grype, cargo audit and JaCoCo: judged by what they list, never green by absence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.gates.reading import outcomes_when_cut, read


def match(severity: str = "Critical", *fixed: str) -> dict[str, Any]:
    fix = {"versions": list(fixed), "state": "fixed" if fixed else "not-fixed"}
    return {
        "vulnerability": {"id": "CVE-1", "severity": severity, "fix": fix},
        "artifact": {"name": "zlib", "version": "1.2"},
    }


def grype(*matches: dict[str, Any], **more: Any) -> str:
    return json.dumps({"matches": list(matches), "descriptor": {"name": "grype"}, **more})


@pytest.mark.parametrize(
    ("body", "settings", "outcome", "reason"),
    [
        (grype(), {}, "good", "no findings"),
        (grype(match()), {}, "bad", "1 critical, needs at most 0"),
        (grype(match("Negligible"), match("Low")), {}, "good", "1 low, 1 negligible"),
        (grype(match("Unknown")), {}, "bad", "1 unknown, needs at most 0"),
        (grype(match()), {"ignore_unfixed": True}, "good", "no findings; 1 without a fix left out"),
        (
            grype(match("High", "1.3")), {"ignore_unfixed": True},
            "bad", "1 high, needs at most 0",
        ),
        (grype(ignoredMatches=[match()]), {}, "good", "no findings; 1 suppressed"),
        (
            '{"descriptor": {"name": "grype"}}', {}, "error",
            "The report is no Grype JSON: it names no grype or no list of matches.",
        ),
        (
            '{"matches": []}', {}, "error",
            "The report is no Grype JSON: it names no grype or no list of matches.",
        ),
    ],
)  # fmt: skip
def test_grype(body, settings, outcome, reason):
    found = read("grype", body, **settings)
    assert (found.outcome, found.reason) == (outcome, reason)


def test_grype_names_what_mends_it():
    found = read("grype", grype(match("High", "1.3")))
    assert found.details == ("high: CVE-1 in zlib 1.2 (1.3)",)


HOLE = {
    "advisory": {"id": "RUSTSEC-1", "title": "overflow"},
    "package": {"name": "smallvec", "version": "1.6.0"},
    "versions": {"patched": [">=1.6.1"]},
}


def audit(*holes: dict[str, Any], count: int | None = None, **more: Any) -> str:
    number = len(holes) if count is None else count
    listed = {"found": bool(holes), "count": number, "list": list(holes)}
    looked = {"database": {"advisory-count": 700}, "lockfile": {"dependency-count": 9}}
    return json.dumps({**looked, "vulnerabilities": listed, **more})


YANKED: dict[str, Any] = {"warnings": {"yanked": [{"package": {"name": "a", "version": "1"}}]}}


@pytest.mark.parametrize(
    ("body", "settings", "outcome", "reason"),
    [
        (audit(), {}, "good", "0 vulnerabilities, 0 warnings"),
        (audit(HOLE), {}, "bad", "1 vulnerabilities, needs at most 0"),
        (audit(HOLE), {"max_vulnerabilities": 1}, "good", "1 vulnerabilities, 0 warnings"),
        (audit(**YANKED), {}, "good", "0 vulnerabilities, 1 warnings"),
        (audit(**YANKED), {"max_warnings": 0}, "bad", "1 warnings, needs at most 0"),
        (
            audit(settings={"ignore": ["RUSTSEC-2"]}), {},
            "good", "0 vulnerabilities, 0 warnings; 1 advisories ignored",
        ),
        (
            audit(count=3), {},
            "error", "The report counts 3 vulnerabilities and lists 0.",
        ),
        (
            "{}", {}, "error",
            "The report is no JSON of cargo audit: it counts no vulnerabilities.",
        ),
    ],
)  # fmt: skip
def test_cargo_audit(body, settings, outcome, reason):
    found = read("cargo_audit", body, **settings)
    assert (found.outcome, found.reason) == (outcome, reason)


def test_cargo_audit_names_what_mends_it():
    found = read("cargo_audit", audit(HOLE))
    assert found.details == ("RUSTSEC-1 in smallvec 1.6.0 (>=1.6.1) overflow",)


def counters(missed: int, covered: int, *, branches: tuple[int, int] | None = None) -> str:
    lines = f'<counter type="LINE" missed="{missed}" covered="{covered}"/>'
    if branches is None:
        return lines
    return lines + f'<counter type="BRANCH" missed="{branches[0]}" covered="{branches[1]}"/>'


def jacoco(package: str, root: str | None = None) -> str:
    told = package if root is None else root
    source = f'<sourcefile name="A.java">{package}</sourcefile>'
    return f'<report name="x"><package name="p">{source}{package}</package>{told}</report>'


@pytest.mark.parametrize(
    ("body", "settings", "outcome", "reason"),
    [
        (jacoco(counters(1, 9)), {}, "good", "90.00 % of lines are covered"),
        (jacoco(counters(5, 5)), {}, "bad", "50.00 % of lines are covered, needs at least 80 %"),
        (
            jacoco(counters(0, 9, branches=(3, 1))), {"branch_at_least": 50},
            "bad", "25.00 % of branches are covered, needs at least 50 %",
        ),
        (
            jacoco(counters(0, 9)), {"branch_at_least": 50},
            "no_data", "the report says nothing about branches",
        ),
        (jacoco(""), {}, "no_data", "the report holds no line that could be covered"),
        (
            jacoco(counters(1, 9), counters(0, 10)), {}, "error",
            "The report's counters are not the sum of its packages: it is not whole.",
        ),
        (
            '<report><counter type="LINE" missed="1"/></report>', {}, "error",
            "A counter says not how much is missed and how much is covered.",
        ),
        ("<coverage/>", {}, "error", "The report is XML about “coverage”, not JaCoCo's."),
    ],
)  # fmt: skip
def test_jacoco(body, settings, outcome, reason):
    found = read("jacoco", body, **settings)
    assert (found.outcome, found.reason) == (outcome, reason)


def test_jacoco_s_document_type_is_never_fetched():
    head = '<!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd">'
    found = read("jacoco", f"{head}{jacoco(counters(1, 9))}")
    assert (found.outcome, found.details) == ("good", ("1 lines uncovered: A.java",))


@pytest.mark.parametrize(
    ("kind", "whole"),
    [
        ("grype", grype(match("Low"))),
        ("cargo_audit", audit()),
        ("jacoco", jacoco(counters(0, 1))),
    ],
)
def test_report_cut_anywhere_never_passes(kind, whole):
    assert read(kind, whole).outcome == "good"
    assert outcomes_when_cut(kind, whole) == {"error"}
