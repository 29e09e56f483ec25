"""Reads Trivy's JSON: vulnerabilities, misconfigurations and secrets by severity.

Source: Trivy's report schema, version 2. A clean image has no `Results` at all, so that the
report's own marks (schema version and artifact) are what tells it from an empty file.
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

VULNERABILITIES = "Results.item.Vulnerabilities.item"
MISCONFIGURATIONS = "Results.item.Misconfigurations.item"
SECRETS = "Results.item.Secrets.item"
MODIFIED = "Results.item.ExperimentalModifiedFindings.item"
WHOLE = frozenset({VULNERABILITIES, MISCONFIGURATIONS, SECRETS, MODIFIED})
KNOWN_SCHEMA = 2


class TrivySettings(SeveritySettings):
    called = "A Trivy gate"


def read(stream: BinaryIO, wanted: TrivySettings) -> Measurement:
    """Findings that count; raises `Unreadable` for what is no whole Trivy report."""
    report = Document(stream)
    found, marks = Findings(), dict[str, Any]()
    for path, value in report.values(WHOLE):
        if path in WHOLE:
            _take(path, mapping(value), found, wanted)
        elif path in ("SchemaVersion", "ArtifactName", "ArtifactType"):
            marks[path] = value
    if marks.get("SchemaVersion") != KNOWN_SCHEMA or not marks.get("ArtifactName"):
        raise Unreadable(
            "The report is no Trivy JSON of schema version 2: it names no schema or no artifact."
        )
    found.notes += [f"scanned: {marks['ArtifactName']}"]
    return found.judged(wanted)


def _take(path: str, finding: Mapping[str, Any], found: Findings, wanted: TrivySettings) -> None:
    if path == MODIFIED:
        found.suppressed += 1
        return
    if path == MISCONFIGURATIONS and finding.get("Status") not in (None, "FAIL"):
        return
    if path == VULNERABILITIES and wanted.ignore_unfixed and not finding.get("FixedVersion"):
        found.unfixed += 1
        return
    found.add(severity_of(finding.get("Severity")), _said(path, finding))


def _said(path: str, finding: Mapping[str, Any]) -> str:
    title = str(finding.get("Title") or "").strip()
    if path == VULNERABILITIES:
        fixed = finding.get("FixedVersion") or "no fix"
        return (
            f"{finding.get('VulnerabilityID', 'a vulnerability')} in {finding.get('PkgName', '?')}"
            f" {finding.get('InstalledVersion', '')} ({fixed}) {title}".strip()
        )
    key = "RuleID" if path == SECRETS else "ID"
    return f"{finding.get(key, 'a finding')} {title}".strip()


KIND = Read(
    kind=Kind.TRIVY,
    asks="Does the scan find nothing worse than is allowed?",
    settings=TrivySettings,
    schedule=REPORT,
    version="trivy/1",
    numbers=NUMBERS,
    red=(
        "more critical, high, medium or unknown findings than allowed",
        "could not be measured: no Trivy JSON of schema version 2, cut off, nested too deeply",
    ),
    read=read,
)
