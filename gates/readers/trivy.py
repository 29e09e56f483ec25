"""Reads Trivy's JSON: vulnerabilities, misconfigurations, secrets and licenses by severity.

Source: Trivy's report schema, version 2. Each of its `Results` is something that was looked at,
with findings or without: where there is none, nothing was. For a system past its end nobody
publishes new findings, so that a clean scan of it is no clean bill.
"""

from collections.abc import Mapping
from dataclasses import replace
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
LICENSES = "Results.item.Licenses.item"
MODIFIED = "Results.item.ExperimentalModifiedFindings.item"
WHOLE = frozenset({VULNERABILITIES, MISCONFIGURATIONS, SECRETS, LICENSES, MODIFIED})
TARGET = "Results.item"
KNOWN_SCHEMA = 2
SYSTEM = ("Metadata.OS.Family", "Metadata.OS.Name", "Metadata.OS.EOSL")
MARKS = frozenset({"SchemaVersion", "ArtifactName", *SYSTEM})


class TrivySettings(SeveritySettings):
    called = "A Trivy gate"


def read(stream: BinaryIO, wanted: TrivySettings) -> Measurement:
    """Findings that count; raises `Unreadable` for what is no whole Trivy report."""
    report, targets = Document(stream), 0
    found, marks = Findings(), dict[str, Any]()
    for path, value in report.values(WHOLE):
        if path in WHOLE:
            _take(path, mapping(value), found, wanted)
        elif path in MARKS:
            marks[path] = value
        targets += path == TARGET and isinstance(value, dict)
    if marks.get("SchemaVersion") != KNOWN_SCHEMA or not marks.get("ArtifactName"):
        raise Unreadable(
            "The report is no Trivy JSON of schema version 2: it names no schema or no artifact."
        )
    found.notes += [f"scanned: {marks['ArtifactName']}"]
    return _doubted(found.judged(wanted), marks, targets)


def _doubted(judged: Measurement, marks: Mapping[str, Any], targets: int) -> Measurement:
    """No findings are good news only of what was looked at, and where news is still published."""
    if judged.outcome != "good":
        return judged
    if not targets:
        reason = "the report names nothing that was looked at"
        return replace(judged, outcome="no_data", reason=reason)
    family, name, is_over = (marks.get(path) for path in SYSTEM)
    if is_over is True:
        system = f"{family or 'its system'} {name or ''}".strip()
        reason = f"{judged.reason}, but nobody publishes new findings for {system} any more"
        return replace(judged, outcome="warn", reason=reason)
    return judged


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
    if path == LICENSES:
        where = finding.get("PkgName") or finding.get("FilePath") or "?"
        return f"license {finding.get('Name') or 'unknown'} of {where}"
    key = "RuleID" if path == SECRETS else "ID"
    return f"{finding.get(key, 'a finding')} {title}".strip()


KIND = Read(
    kind=Kind.TRIVY,
    asks="Does the scan find nothing worse than is allowed?",
    settings=TrivySettings,
    schedule=REPORT,
    version="trivy/2",
    numbers=NUMBERS,
    red=(
        "more critical, high, medium or unknown findings than allowed; vulnerabilities,"
        " misconfigurations, secrets and licenses alike",
        "no data: it names nothing that was looked at (of an older Trivy: `--list-all-pkgs`)",
        "a warning: the system that was looked at is past its end, so that no list knows its new"
        " vulnerabilities",
        "could not be measured: no Trivy JSON of schema version 2, cut off, nested too deeply,"
        " a second document",
    ),
    read=read,
)
