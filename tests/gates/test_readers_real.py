"""Reports as the tools of today write them: what was not looked at, or broke, passes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gates.readers.json_stream import LONGEST_LINE
from tests.gates.reading import read

RULE = {"id": "CA1000", "defaultConfiguration": {"level": "error"}}
MESSAGE = {"message": {"text": "too deep"}}
TOOL = {"driver": {"name": "lint", "rules": [RULE]}}


def sarif(*results: dict[str, Any], tool: dict[str, Any] | None = None, **run: Any) -> str:
    said = {"results": [{**MESSAGE, **one} for one in results], **run}
    return json.dumps({"version": "2.1.0", "runs": [{**said, "tool": tool or TOOL}]})


@pytest.mark.parametrize(
    "named",
    [
        {"ruleId": "CA1000"},
        {"ruleIndex": 0},
        {"rule": {"index": 0}},
        {"rule": {"id": "CA1000"}},
        {"ruleId": "CA1000/nested/deep"},
        {"ruleId": "CA1000/nested", "ruleIndex": 0},
    ],
)
def test_level_of_a_result_is_that_of_its_rule_however_it_names_it(named):
    found = read("sarif", sarif(named))
    assert (found.outcome, found.counts["errors"]) == ("bad", 1)
    assert found.details[0].startswith("error: ")


def test_rule_of_an_extension_is_found_by_its_place():
    extensions = [{"name": "a", "rules": [{"id": "X"}]}, {"name": "b", "rules": [RULE]}]
    tool = {"driver": {"name": "lint"}, "extensions": extensions}
    of_second = {"rule": {"index": 0, "toolComponent": {"index": 1}}}
    of_first = {"rule": {"index": 0, "toolComponent": {"index": 0}}}
    assert read("sarif", sarif(of_second, tool=tool)).outcome == "bad"
    assert read("sarif", sarif(of_first, tool=tool)).counts["warnings"] == 1


def test_level_that_the_run_set_outdoes_the_rule():
    set_so = [{"descriptor": {"id": "W1"}, "configuration": {"level": "error"}}]
    ran = [{"executionSuccessful": True, "ruleConfigurationOverrides": set_so}]
    assert read("sarif", sarif({"ruleId": "W1"}, invocations=ran)).outcome == "bad"
    assert read("sarif", sarif({"ruleId": "W2"}, invocations=ran)).outcome == "good"


@pytest.mark.parametrize("descriptor", [{"id": "W1"}, {"index": 0}, {"id": "W1", "index": 0}])
@pytest.mark.parametrize("named", [{"ruleId": "W1"}, {"ruleIndex": 0}, {"ruleId": "W1/deep"}])
def test_level_that_the_run_set_is_found_however_both_name_the_rule(descriptor, named):
    tool = {"driver": {"name": "lint", "rules": [{"id": "W1"}, {"id": "W2"}]}}
    set_so = [{"descriptor": descriptor, "configuration": {"level": "error"}}]
    ran = [{"executionSuccessful": True, "ruleConfigurationOverrides": set_so}]
    assert read("sarif", sarif(named, tool=tool, invocations=ran)).outcome == "bad"
    assert read("sarif", sarif({"ruleIndex": 1}, tool=tool, invocations=ran)).outcome == "good"


@pytest.mark.parametrize(
    ("invocation", "outcome", "reason"),
    [
        ({"executionSuccessful": True, "exitCode": 1}, "good", "0 errors, 0 warnings"),
        ({"exitCode": 0}, "good", "0 errors, 0 warnings"),
        ({"exitCode": 2}, "error", "The tool did not end well: exit code 2."),
        ({"exitSignalName": "SIGKILL"}, "error", "The tool did not end well: it says so itself."),
        (
            {"processStartFailureMessage": "no such file"},
            "error", "The tool did not end well: no such file.",
        ),
        (
            {"executionSuccessful": True, "toolExecutionNotifications": [
                {"level": "error", "message": {"text": "a.py cannot be parsed"}},
                {"level": "warning", "message": {"text": "slow"}}]},
            "warn", "0 errors, 0 warnings, but the tool tells of 1 errors of its own",
        ),
    ],
)  # fmt: skip
def test_run_that_broke_off_or_left_something_out_is_not_good(invocation, outcome, reason):
    found = read("sarif", sarif(invocations=[invocation]))
    assert (found.outcome, found.reason) == (outcome, reason)
    if outcome == "warn":
        assert found.details == ("the tool says: a.py cannot be parsed",)


SECOND = "A second JSON document follows the first"


@pytest.mark.parametrize(
    "between",
    ["", "\n", "\nscanning the next image\n", "\n[INFO] scanning the next image\n", "\n2 images\n"],
)
def test_second_report_in_one_file_is_refused_and_not_left_out(between):
    red = sarif({"level": "error"})
    found = read("sarif", f"{sarif()}{between}{red}")
    assert (found.outcome, found.reason[: len(SECOND)]) == ("error", SECOND)


@pytest.mark.parametrize(
    "talk", ["\nINFO done\n", "\n[INFO] done in 3 s\n", "\n\x1b[0m", "\n<eof>"]
)
def test_what_a_tool_says_after_its_report_is_passed_over(talk):
    assert read("sarif", sarif() + talk).outcome == "good"


def test_long_report_in_one_line_is_not_taken_for_two():
    """It is handed on in pieces, of which this one begins with a brace."""
    begun, rest = '{"version": "2.1.0", "pad": "', '", "runs": ['
    padded = begun + "x" * (LONGEST_LINE - len(begun + rest)) + rest
    run = sarif().partition('"runs": [')[2]
    assert read("sarif", f"{padded}{run}\nINFO done\n").outcome == "good"


SCANNED = {"SchemaVersion": 2, "ArtifactName": "app:1.4", "ArtifactType": "container_image"}
CLEAN = {"Target": "app:1.4 (debian 8.11)", "Class": "os-pkgs", "Type": "debian"}
OVER = {"OS": {"Family": "debian", "Name": "8.11", "EOSL": True}}


@pytest.mark.parametrize(
    ("more", "outcome", "reason"),
    [
        ({"Results": [CLEAN]}, "good", "no findings"),
        ({"Results": []}, "no_data", "the report names nothing that was looked at"),
        ({"Results": None}, "no_data", "the report names nothing that was looked at"),
        (
            {"Results": [CLEAN], "Metadata": OVER}, "warn",
            "no findings, but nobody publishes new findings for debian 8.11 any more",
        ),
        (
            {"Results": [{"Class": "license", "Licenses": [
                {"Severity": "HIGH", "Name": "AGPL-3.0", "PkgName": "mupdf"}]}]},
            "bad", "1 high, needs at most 0",
        ),
    ],
)  # fmt: skip
def test_clean_scan_is_good_only_of_what_was_looked_at(more, outcome, reason):
    found = read("trivy", json.dumps({**SCANNED, **more}))
    assert (found.outcome, found.reason) == (outcome, reason)


@pytest.mark.parametrize(
    ("db", "outcome"),
    [
        ({"built": "2026-11-20T01:31:36Z", "schemaVersion": 5, "error": None}, "good"),
        ({"status": {"schemaVersion": "v6.0.2", "valid": True}, "providers": {}}, "good"),
        ({"status": {"schemaVersion": "v6.0.2", "valid": False}}, "error"),
        ({"schemaVersion": 5, "error": "the database is 40 days old"}, "error"),
    ],
)
def test_list_of_vulnerabilities_that_was_not_valid_finds_nothing(db, outcome):
    said = {"matches": [], "descriptor": {"name": "grype", "version": "0.87.0", "db": db}}
    assert read("grype", json.dumps(said)).outcome == outcome


@pytest.mark.parametrize(
    ("more", "outcome", "reason"),
    [
        ({}, "good", "0 vulnerabilities, 0 warnings"),
        (
            {"lockfile": {"dependency-count": 0}},
            "no_data", "the report tells of no crates in the lock file",
        ),
        (
            {"database": {"advisory-count": 0}},
            "no_data", "the report tells of no known advisories",
        ),
        ({"database": {}}, "no_data", "the report tells of no count of known advisories"),
        (
            {"settings": {"severity": "high"}}, "warn",
            "0 vulnerabilities, 0 warnings; below high nothing was looked for",
        ),
        (
            {"vulnerabilities": {"found": True, "count": 0, "list": []}},
            "error", "The report counts some vulnerabilities and lists 0.",
        ),
    ],
)  # fmt: skip
def test_audit_of_nothing_or_with_nothing_is_no_answer(more, outcome, reason):
    whole = {
        "database": {"advisory-count": 700},
        "lockfile": {"dependency-count": 120},
        "settings": {"severity": None, "ignore": []},
        "vulnerabilities": {"found": False, "count": 0, "list": []},
    }
    found = read("cargo_audit", json.dumps({**whole, **more}))
    assert (found.outcome, found.reason) == (outcome, reason)


def cobertura(*hits: int, **root: Any) -> str:
    said = " ".join(f'{name.replace("_", "-")}="{value}"' for name, value in root.items())
    lines = "".join(f'<line number="{n}" hits="{hit}"/>' for n, hit in enumerate(hits))
    return (
        f"<coverage {said}><packages><package><classes><class filename='a.py'>"
        f"<lines>{lines}</lines></class></classes></package></packages></coverage>"
    )


@pytest.mark.parametrize(
    ("body", "covered"),
    [
        (cobertura(1, 1, 1, 0), "75.00"),
        (cobertura(1, 1, 1, 0, lines_valid=3, lines_covered=1), "33.33"),
        (cobertura(1, 1, 1, 0, line_rate="0.4"), "25.00"),
        (cobertura(1, 1, 1, 0, line_rate="0.745"), "75.00"),
        (cobertura(1, 1, 1, 0, line_rate="1"), "75.00"),
        (cobertura(1, 1, 1, 0, line_rate="NaN"), "75.00"),
    ],
)
def test_smaller_share_of_what_is_listed_and_declared_counts(body, covered):
    assert read("cobertura", body, at_least=10.0).value == covered


def test_branches_that_only_the_root_counts_are_judged():
    body = cobertura(1, 1, branches_valid=10, branches_covered=4)
    found = read("cobertura", body, branch_at_least=50.0)
    assert (found.outcome, found.reason) == (
        "bad",
        "40.00 % of branches are covered, needs at least 50 %",
    )


ENDED = """
     Running unittests src/lib.rs (target/debug/deps/shop-1)

running 1 test
test a ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
"""


@pytest.mark.parametrize(
    ("more", "outcome", "reason"),
    [
        ("", "good", "1 of 1 tests passed"),
        (
            "\n     Running tests/api.rs (target/debug/deps/api-2)\n", "error",
            "“Running tests/api.rs (target/debug/deps/api-2)” was to run and says nothing: it"
            " stopped half way.",
        ),
        (
            "   Doc-tests shop\n", "error",
            "“Doc-tests shop” was to run and says nothing: it stopped half way.",
        ),
        (
            "error: no test target named `api`.\n", "error",
            "The tests were not all built or run: error: no test target named `api`.",
        ),
        (
            "error[E0432]: unresolved import\n", "error",
            "The tests were not all built or run: error[E0432]: unresolved import.",
        ),
        (
            "error: 1 target failed:\n    `-p shop --lib`\n", "bad",
            "cargo says that tests failed, though 1 passed and none is counted",
        ),
    ],
)  # fmt: skip
def test_what_cargo_says_between_the_suites_is_heard(more, outcome, reason):
    found = read("cargo_test", ENDED + more)
    assert (found.outcome, found.reason) == (outcome, reason)


def test_error_that_a_test_prints_is_not_cargo_s():
    red = "running 1 test\ntest a ... FAILED\n\n---- a stdout ----\nerror: no such row\n\n"
    end = "test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n"
    found = read("cargo_test", red + end)
    assert (found.outcome, found.reason) == ("bad", "1 of 1 tests failed")
