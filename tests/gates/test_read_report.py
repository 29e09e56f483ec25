"""The command that reads a report without a database, and how little memory a large one takes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

# So large as is promised under PORTAL_AUDIT=1; less than half of it may stay in memory.
MEGABYTES = 50 if os.environ.get("PORTAL_AUDIT") else 20
MANAGE = [sys.executable, str(settings.BASE_DIR / "manage.py"), "read_report"]
RED = (
    '<testsuite><testcase name="a"/>'
    '<testcase name="b"><failure message="no"/></testcase></testsuite>'
)
# Reads so many megabytes that are made on the way, and prints by how many the process grew.
LARGE = """
import io, resource, sys
from datetime import UTC, datetime
from gates.declared import Circumstances
from gates.measuring import measure

class Made(io.RawIOBase):
    def __init__(self, head, piece, tail, times):
        self.parts = iter([head, *[piece] * times, tail])
        self.left = b""
    def readable(self):
        return True
    def readinto(self, buffer):
        self.left = self.left or next(self.parts, b"")
        taken = min(len(buffer), len(self.left))
        buffer[:taken], self.left = self.left[:taken], self.left[taken:]
        return taken

kind, megabytes, *parts = sys.argv[1:]
head, piece, tail = (part.encode() for part in parts)
piece *= 50_000 // len(piece)
def read(times):
    stream = io.BufferedReader(Made(head, piece, tail, times))
    return measure(kind, {}, "", Circumstances(datetime.now(UTC)), stream)
assert read(2).outcome == "good", read(2)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = read(20 * int(megabytes))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(found.outcome, (after - before) // 1024)
"""


def read_report(
    *words: str, body: str = "", without: str = "DATABASE_URL"
) -> subprocess.CompletedProcess[str]:
    # Whatever touches the database fails here.
    bare = {"PATH": "/usr/bin", "SECRET_KEY": "x", without: "postgresql://nobody@127.0.0.1:1/none"}
    return subprocess.run(
        [*MANAGE, *words], input=body, text=True, capture_output=True, env=bare, check=False
    )


def test_command_prints_what_a_gate_would_make_of_the_file(tmp_path: Path):
    (tmp_path / "junit.xml").write_text(RED)
    done = read_report("junit", str(tmp_path / "junit.xml"), "--json")
    assert json.loads(done.stdout) == {
        "outcome": "bad", "value": "1", "unit": "", "reason": "1 of 2 tests failed",
        "counts": {
            "tests": 2, "passed": 1, "failed": 1, "skipped": 0, "flaky": 0, "empty_suites": 0,
            "pass_rate": 50,
        },
        "details": ["b: no"],
    }  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_settings_and_condition_are_taken_and_the_report_comes_in():
    done = read_report(
        "junit", "-", "--set", "max_failed=1", "--condition", "pass_rate >= 50 %", body=RED
    )
    assert done.stdout == "good: 1 of 2 tests passed; 50 % is at least 50 %\n  b: no\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["magic", "-"], "“magic” is no kind that reads reports; use one of cargo_audit, "),
        (["http", "-"], "“http” is no kind that reads reports"),
        (["junit", "/none/such"], "“/none/such” cannot be read: No such file or directory."),
        (["junit", "-", "--set", "colour=red"], "A JUnit gate has no setting “colour”"),
        (["junit", "-", "--set", "max_failed"], "“max_failed” is no setting"),
        (["junit", "-", "--set", "max_failed=-1"], "“Failed tests allowed” (max_failed) of a"),
        (["junit", "-", "--condition", "speed > 1"], "“speed” is not among what"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(words, sentence):
    with pytest.raises(CommandError, match=re.escape(sentence)):
        call_command("read_report", *words)


def test_refusal_is_no_traceback():
    done = read_report("magic", "-")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("CommandError: “magic” is no kind")


@pytest.mark.parametrize(
    ("kind", "head", "piece", "tail"),
    [
        ("junit", "<testsuite>", '<testcase classname="a.B" name="some test"/>\n', "</testsuite>"),
        # What one test printed is most of many a report.
        (
            "junit",
            '<testsuite><testcase name="a"><system-out>',
            "x" * 79 + "\n",
            "</system-out></testcase></testsuite>",
        ),
        (
            "trivy",
            '{"SchemaVersion": 2, "ArtifactName": "a", "Results": [{"Vulnerabilities": [{}',
            ', {"VulnerabilityID": "CVE-1", "Severity": "LOW", "Title": "some hole"}\n',
            "]}]}",
        ),
    ],
)
def test_large_report_is_read_with_bounded_memory(kind, head, piece, tail):
    head = head.replace("[{}", '[{"Severity": "LOW"}')
    done = subprocess.run(
        [sys.executable, "-c", LARGE, kind, str(MEGABYTES), head, piece, tail],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=True,
    )  # fmt: skip
    outcome, grown = done.stdout.split()
    assert outcome == "good"
    assert int(grown) < MEGABYTES / 2
