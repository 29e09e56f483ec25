"""Reads SARIF 2.1.0, the report of most static analysers.

Source: OASIS SARIF 2.1.0, sections 3.20 (invocations), 3.27 (results) and 3.35 (suppressions). A
result's level is its own, else its rule's (`sarif_levels`); one that is accepted as suppressed, or
absent from the baseline, does not count. A tool that tells of errors of its own looked at less
than it was asked to.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from pydantic import Field

from gates.declared import Fetched, Number, Read
from gates.enums import Kind
from gates.measurement import MOST_DETAILS, Measurement
from gates.probes.documents import Unreadable
from gates.readers.json_stream import Document, mapping
from gates.readers.sarif_levels import LEVELS, Rules
from gates.schedules import REPORT

RESULT = "runs.item.results.item"
INVOCATION = "runs.item.invocations.item"
DRIVER = "runs.item.tool.driver.rules.item"
EXTENSION = "runs.item.tool.extensions.item"
RULES = frozenset({DRIVER, f"{EXTENSION}.rules.item"})
WHOLE = frozenset({RESULT, INVOCATION, *RULES})
BROKEN_OFF = ("exitSignalName", "exitSignalNumber", "processStartFailureMessage")
TOLD = ("toolExecutionNotifications", "toolConfigurationNotifications")
MOST_LINES = 20 * MOST_DETAILS


class SarifSettings(Fetched):
    called = "A SARIF gate"

    max_errors: int = Field(default=0, title="Errors allowed", ge=0, le=1_000_000)
    max_warnings: int | None = Field(
        default=None, title="Warnings allowed", ge=0, le=1_000_000, description="Empty: any number."
    )

    @property
    def threshold(self) -> str:
        warned = "" if self.max_warnings is None else f", at most {self.max_warnings} warnings"
        return f"at most {self.max_errors} errors{warned}"


@dataclass
class Tally:
    """`rules` are those of the run that is read, with the results that wait for them."""

    runs: int = 0
    with_results: int = 0
    counted: Counter[str] = field(default_factory=Counter)
    suppressed: int = 0
    rules: Rules = field(default_factory=Rules)
    failures: list[str] = field(default_factory=list)
    troubles: int = 0
    lines: list[tuple[int, str]] = field(default_factory=list)

    def note(self, level: str, line: str) -> None:
        self.lines.append((LEVELS.index(level), f"{level}: {line}"))
        if len(self.lines) > MOST_LINES:
            self.lines = sorted(self.lines)[:MOST_DETAILS]

    def trouble(self, line: str) -> None:
        """The tool's own, before all that it found."""
        self.troubles += 1
        if self.troubles <= MOST_DETAILS:
            self.lines.append((-1, f"the tool says: {line}"))

    def end_run(self) -> None:
        """Rules belong to their run: what waited for them takes their level."""
        for of, number in self.rules.waiting.items():
            self.counted[self.rules.level_of(of)] += number
        for of, line in self.rules.lines:
            self.note(self.rules.level_of(of), line)
        self.rules = Rules()


def read(stream: BinaryIO, wanted: SarifSettings) -> Measurement:
    """The results that count; raises `Unreadable` for what is no SARIF of a whole run."""
    report, tally, marks = Document(stream), Tally(), dict[str, Any]()
    for path, value in report.values(WHOLE):
        if path in ("version", "$schema"):
            marks[path] = value
        elif path == "runs.item" and isinstance(value, dict):
            tally.runs += 1
        elif path == "runs.item.results":
            tally.with_results += isinstance(value, list)
        elif path == "runs.item}":
            tally.end_run()
        elif path == EXTENSION:
            tally.rules.extension += 1
        elif path in WHOLE and isinstance(value, dict):
            _take(path, value, tally)
    if not str(marks.get("version", "")).startswith("2."):
        raise Unreadable("The report is no SARIF 2: it names no such version.")
    if tally.failures:
        raise Unreadable(f"The tool did not end well: {tally.failures[0]}.")
    return _judged(tally, wanted)


def _take(path: str, value: Mapping[str, Any], tally: Tally) -> None:
    if path == RESULT:
        _count(value, tally)
    elif path == INVOCATION:
        _invoked(value, tally)
    else:
        tally.rules.add(value, of_driver=path == DRIVER)


def _invoked(invocation: Mapping[str, Any], tally: Tally) -> None:
    """How the run ended; where it does not say so, its exit tells."""
    said = invocation.get("executionSuccessful")
    broke = any(invocation.get(name) for name in ("exitCode", *BROKEN_OFF))
    if said is False or (said is not True and broke):
        tally.failures.append(_why(invocation))
    tally.rules.override(invocation.get("ruleConfigurationOverrides"))
    for name in TOLD:
        told = invocation.get(name)
        for one in told if isinstance(told, list) else ():
            if mapping(one).get("level") == "error":
                tally.trouble(_text(mapping(one).get("message")))


def _count(result: Mapping[str, Any], tally: Tally) -> None:
    if result.get("kind", "fail") not in ("fail", "review", "open"):
        return
    if result.get("baselineState") == "absent":
        return
    if _is_suppressed(result):
        tally.suppressed += 1
        return
    rule = str(result.get("ruleId") or mapping(result.get("rule")).get("id") or "")
    line = f"{rule} {_where(result)} {_text(result.get('message'))}".strip()
    level = result.get("level")
    if level in LEVELS:
        tally.counted[level] += 1
        tally.note(level, line)
    else:
        tally.rules.wait(result, line)


def _is_suppressed(result: Mapping[str, Any]) -> bool:
    """Accepted by all who were asked: one that is rejected or under review does count."""
    said = result.get("suppressions")
    if not isinstance(said, list) or not said:
        return False
    return all(
        isinstance(one, dict) and one.get("status", "accepted") == "accepted" for one in said
    )


def _judged(tally: Tally, wanted: SarifSettings) -> Measurement:
    errors, warnings = tally.counted["error"], tally.counted["warning"]
    outcome, reason = "good", f"{errors} errors, {warnings} warnings"
    if errors > wanted.max_errors:
        outcome, reason = "bad", f"{errors} errors, needs at most {wanted.max_errors}"
    elif wanted.max_warnings is not None and warnings > wanted.max_warnings:
        outcome, reason = "bad", f"{warnings} warnings, needs at most {wanted.max_warnings}"
    elif not tally.runs or tally.with_results < tally.runs:
        what = "no run of a tool" if not tally.runs else "a run without results"
        outcome, reason = "no_data", f"the report holds {what}"
    elif tally.troubles:
        outcome = "warn"
        reason += f", but the tool tells of {tally.troubles} errors of its own"
    if tally.suppressed:
        reason += f", {tally.suppressed} suppressed"
    return Measurement(
        outcome,
        reason,
        value=str(errors),
        threshold=wanted.threshold,
        counts={
            "errors": errors,
            "warnings": warnings,
            "notes": tally.counted["note"],
            "suppressed": tally.suppressed,
            "tool_errors": tally.troubles,
        },
        details=tuple(line for _, line in sorted(tally.lines)[:MOST_DETAILS]),
    )


def _where(result: Mapping[str, Any]) -> str:
    places = result.get("locations")
    first = mapping(places[0]) if isinstance(places, list) and places else {}
    physical = mapping(first.get("physicalLocation"))
    file = mapping(physical.get("artifactLocation")).get("uri", "")
    line = mapping(physical.get("region")).get("startLine", "")
    return f"{file}:{line}" if line else str(file)


def _text(message: Any) -> str:
    said = mapping(message).get("text") or mapping(message).get("markdown")
    return str(said or "").strip().split("\n", maxsplit=1)[0]


def _why(invocation: Mapping[str, Any]) -> str:
    code = invocation.get("exitCode")
    said = invocation.get("exitCodeDescription") or invocation.get("processStartFailureMessage")
    return str(said or (f"exit code {code}" if code is not None else "it says so itself"))[:200]


KIND = Read(
    kind=Kind.SARIF,
    asks="Does the analyser find nothing worse than is allowed?",
    settings=SarifSettings,
    schedule=REPORT,
    version="sarif/2",
    numbers={
        "errors": Number("", "results of level error"),
        "warnings": Number("", "results of level warning"),
        "notes": Number("", "results of level note"),
        "suppressed": Number("", "results that were accepted as suppressed, not counted"),
        "tool_errors": Number("", "errors that the tool tells of its own run"),
    },
    red=(
        "more errors or warnings than allowed; suppressions that are under review or rejected do"
        " not help",
        "a warning: the tool tells of errors of its own, such as a file that it could not read",
        "no data: no run of a tool, or one without a list of results",
        "could not be measured: the tool says that it failed or how it broke off, no SARIF 2, cut"
        " off, a second document",
    ),
    read=read,
)
