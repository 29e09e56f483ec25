"""Reads Grype's JSON: vulnerabilities by severity.

Source: the document model of Grype's JSON output. Matches that its rules ignore stand apart and
are told, not counted.
"""

from collections.abc import Mapping
from typing import Any, BinaryIO

from gates.declared import Read
from gates.enums import Kind
from gates.measurement import Measurement
from gates.probes.documents import Unreadable
from gates.readers.json_stream import Document, mapping
from gates.readers.severities import NUMBERS, Findings, SeveritySettings, severity_of
from gates.schedules import REPORT

MATCH = "matches.item"
IGNORED = "ignoredMatches.item"
WHOLE = frozenset({MATCH, IGNORED})
TOOL = "descriptor.name"
# Of version 6 of its list the state stands one level deeper.
LIST = ("descriptor.db.", "descriptor.db.status.")
VALID = frozenset(f"{place}valid" for place in LIST)
WRONG = frozenset(f"{place}error" for place in LIST)


class GrypeSettings(SeveritySettings):
    called = "A Grype gate"


def read(stream: BinaryIO, wanted: GrypeSettings) -> Measurement:
    """Findings that count; raises `Unreadable` for what is no whole Grype report."""
    report, found = Document(stream), Findings()
    tool, has_matches, trouble = None, False, ""
    for path, value in report.values(WHOLE):
        if path == MATCH:
            _take(mapping(value), found, wanted)
        elif path == IGNORED:
            found.suppressed += 1
        elif path == "matches":
            has_matches = isinstance(value, list)
        elif path == TOOL:
            tool = value
        elif path in VALID and value is False:
            trouble = trouble or "it is not valid"
        elif path in WRONG and value:
            trouble = str(value)
    if tool != "grype" or not has_matches:
        raise Unreadable("The report is no Grype JSON: it names no grype or no list of matches.")
    if trouble:
        raise Unreadable(f"The list of vulnerabilities that it looked in: {trouble[:200]}.")
    return found.judged(wanted)


def _take(match: Mapping[str, Any], found: Findings, wanted: GrypeSettings) -> None:
    hole = mapping(match.get("vulnerability"))
    fix = mapping(hole.get("fix"))
    if wanted.ignore_unfixed and fix.get("state") != "fixed":
        found.unfixed += 1
        return
    artifact = mapping(match.get("artifact"))
    versions = fix.get("versions")
    fixed = ", ".join(map(str, versions)) if isinstance(versions, list) and versions else "no fix"
    where = f"{artifact.get('name', '?')} {artifact.get('version', '')}".strip()
    line = f"{hole.get('id', 'a vulnerability')} in {where} ({fixed})"
    found.add(severity_of(hole.get("severity")), line)


KIND = Read(
    kind=Kind.GRYPE,
    asks="Does the scan find nothing worse than is allowed?",
    settings=GrypeSettings,
    schedule=REPORT,
    version="grype/2",
    numbers=NUMBERS,
    red=(
        "more critical, high, medium or unknown findings than allowed",
        "could not be measured: no Grype JSON, no list of matches, cut off, a list of"
        " vulnerabilities that was not valid",
    ),
    read=read,
)
