"""Reads `cargo audit --json`: vulnerable crates of the lock file.

Source: the report of the rustsec crate. An advisory has a CVSS vector and no word for its
severity, so that every vulnerability counts alike. Its own count is held against its list. No
vulnerability is found where there is no crate to look at, or no advisory to look in.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, BinaryIO

from pydantic import Field

from gates.declared import Fetched, Number, Read
from gates.enums import Kind
from gates.measurement import MOST_DETAILS, Measurement
from gates.probes.documents import Unreadable
from gates.readers.json_stream import Document, mapping
from gates.schedules import REPORT

HOLE = "vulnerabilities.list.item"
WARNINGS = ("unmaintained", "unsound", "yanked", "notice")
WARNED = {f"warnings.{kind}.item": kind for kind in WARNINGS}
IGNORED = "settings.ignore.item"
COUNT, FOUND = "vulnerabilities.count", "vulnerabilities.found"
CRATES, ADVISORIES = "lockfile.dependency-count", "database.advisory-count"
LEAST_SEVERITY = "settings.severity"
MARKS = frozenset({COUNT, FOUND, CRATES, ADVISORIES, LEAST_SEVERITY})


class CargoAuditSettings(Fetched):
    called = "A cargo audit gate"

    max_vulnerabilities: int = Field(default=0, title="Vulnerabilities allowed", ge=0, le=1_000_000)
    max_warnings: int | None = Field(
        default=None,
        title="Warnings allowed",
        ge=0,
        le=1_000_000,
        description="Unmaintained, unsound and yanked crates. Empty: any number.",
    )

    @property
    def threshold(self) -> str:
        warned = "" if self.max_warnings is None else f", at most {self.max_warnings} warnings"
        return f"at most {self.max_vulnerabilities} vulnerabilities{warned}"


def read(stream: BinaryIO, wanted: CargoAuditSettings) -> Measurement:
    """What was found; raises `Unreadable` for what is no whole report of cargo audit."""
    report, marks = Document(stream), dict[str, Any]()
    holes, warnings, ignored, lines = 0, 0, 0, list[str]()
    for path, value in report.values({HOLE, *WARNED}):
        if path == HOLE:
            holes += 1
            lines.append(_said(mapping(value)))
        elif path in WARNED:
            warnings += 1
            lines.append(f"{WARNED[path]}: {_crate(mapping(value))}")
        elif path == IGNORED:
            ignored += 1
        elif path in MARKS:
            marks[path] = value
        del lines[10 * MOST_DETAILS :]
    _require_whole(marks, holes)
    judged = _judged(wanted, holes, warnings, ignored, lines)
    return _doubted(judged, marks)


def _require_whole(marks: Mapping[str, Any], holes: int) -> None:
    declared = marks.get(COUNT)
    if declared is None:
        raise Unreadable("The report is no JSON of cargo audit: it counts no vulnerabilities.")
    if declared != holes or (marks.get(FOUND) is True and not holes):
        said = declared or "some"
        raise Unreadable(f"The report counts {said} vulnerabilities and lists {holes}.")


def _doubted(judged: Measurement, marks: Mapping[str, Any]) -> Measurement:
    """What was left out is said; where nothing was looked at, or in nothing, nothing is known."""
    if judged.outcome != "good":
        return judged
    for mark, what in ((CRATES, "crates in the lock file"), (ADVISORIES, "known advisories")):
        if not marks.get(mark):
            how = "no" if mark in marks else "no count of"
            return replace(judged, outcome="no_data", reason=f"the report tells of {how} {what}")
    if least := marks.get(LEAST_SEVERITY):
        reason = f"{judged.reason}; below {least} nothing was looked for"
        return replace(judged, outcome="warn", reason=reason)
    return judged


def _judged(
    wanted: CargoAuditSettings, holes: int, warnings: int, ignored: int, lines: list[str]
) -> Measurement:
    outcome, reason = "good", f"{holes} vulnerabilities, {warnings} warnings"
    if holes > wanted.max_vulnerabilities:
        outcome = "bad"
        reason = f"{holes} vulnerabilities, needs at most {wanted.max_vulnerabilities}"
    elif wanted.max_warnings is not None and warnings > wanted.max_warnings:
        outcome, reason = "bad", f"{warnings} warnings, needs at most {wanted.max_warnings}"
    return Measurement(
        outcome,
        f"{reason}; {ignored} advisories ignored" if ignored else reason,
        value=str(holes),
        threshold=wanted.threshold,
        counts={"vulnerabilities": holes, "warnings": warnings, "ignored": ignored},
        details=tuple(lines[:MOST_DETAILS]),
    )


def _said(hole: Mapping[str, Any]) -> str:
    advisory = mapping(hole.get("advisory"))
    patched = mapping(hole.get("versions")).get("patched")
    fixed = ", ".join(map(str, patched)) if isinstance(patched, list) and patched else "no fix"
    title = advisory.get("title") or ""
    return f"{advisory.get('id', 'an advisory')} in {_crate(hole)} ({fixed}) {title}".strip()


def _crate(one: Mapping[str, Any]) -> str:
    package = mapping(one.get("package"))
    return f"{package.get('name', '?')} {package.get('version', '')}".strip()


KIND = Read(
    kind=Kind.CARGO_AUDIT,
    asks="Are there no vulnerable crates in the lock file?",
    settings=CargoAuditSettings,
    schedule=REPORT,
    version="cargo_audit/2",
    numbers={
        "vulnerabilities": Number("", "advisories that hold for a crate"),
        "warnings": Number("", "unmaintained, unsound and yanked crates"),
        "ignored": Number("", "advisories that the run was told to ignore, not counted"),
    },
    red=(
        "more vulnerabilities, or warnings, than allowed",
        "no data: no crate in the lock file, or no advisory in the database, or neither is said",
        "a warning: it was run to look only for what is severe",
        "could not be measured: no JSON of cargo audit, its count is not its list, cut off",
    ),
    read=read,
)
