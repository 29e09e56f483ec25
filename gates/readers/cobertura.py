"""Reads Cobertura XML: the share of lines, and of branches, that tests ran through.

Source: Cobertura's coverage-04 document type. What the root declares is held against the lines
that are listed: where it declares more, the report is not whole; where it declares a smaller share
(a line that stands under several classes is listed several times), the smaller one counts.
"""

from collections import Counter
from decimal import ROUND_DOWN, Decimal
from typing import BinaryIO

from pydantic import Field

from deployments.conditions import measured
from gates.declared import Fetched, Number, Read
from gates.enums import Kind
from gates.measurement import MOST_DETAILS, Measurement
from gates.probes.documents import Unreadable
from gates.readers.xml import Mark, walk
from gates.schedules import REPORT

PLACES = Decimal("0.01")


class CoverageSettings(Fetched):
    called = "A coverage gate"

    at_least: float = Field(
        default=80, title="Lines covered at least, %", ge=0, le=100,
        description="A share that is rounded up never passes: 79.999 % is not 80 %.",
    )  # fmt: skip
    branch_at_least: float | None = Field(
        default=None,
        title="Branches covered at least, %",
        ge=0,
        le=100,
        description="Empty: branches are told and not judged.",
    )

    @property
    def threshold(self) -> str:
        branches = "" if self.branch_at_least is None else f", branches {self.branch_at_least:g} %"
        return f"lines at least {self.at_least:g} %{branches}"


NUMBERS = {
    "line_coverage": Number("%", "lines that tests ran through"),
    "branch_coverage": Number("%", "branches that tests took"),
    "lines": Number("", "lines that could be covered"),
    "lines_covered": Number("", "lines that were"),
}


class Covered:
    """Lines and branches, all and covered, and the files with the most uncovered lines."""

    def __init__(self) -> None:
        self.lines = self.lines_covered = self.branches = self.branches_covered = 0
        self.uncovered: Counter[str] = Counter()

    def judged(self, wanted: CoverageSettings) -> Measurement:
        if not self.lines:
            return Measurement("no_data", "the report holds no line that could be covered")
        lines = share(self.lines_covered, self.lines)
        branches = share(self.branches_covered, self.branches) if self.branches else None
        is_enough, reason = (
            lines >= Decimal(str(wanted.at_least)),
            f"{lines} % of lines are covered",
        )
        if not is_enough:
            reason += f", needs at least {wanted.at_least:g} %"
        elif wanted.branch_at_least is not None:
            if branches is None:
                return Measurement("no_data", "the report says nothing about branches")
            is_enough = branches >= Decimal(str(wanted.branch_at_least))
            reason = f"{branches} % of branches are covered"
            reason += "" if is_enough else f", needs at least {wanted.branch_at_least:g} %"
        return Measurement(
            "good" if is_enough else "bad",
            reason,
            value=str(lines),
            unit="%",
            threshold=wanted.threshold,
            counts={
                "line_coverage": lines,
                **({} if branches is None else {"branch_coverage": branches}),
                "lines": self.lines,
                "lines_covered": self.lines_covered,
            },
            details=tuple(
                f"{number} lines uncovered: {name}"
                for name, number in self.uncovered.most_common(MOST_DETAILS)
            ),
        )


def share(part: int, whole: int) -> Decimal:
    """In percent, cut and never rounded up, so that a limit is not met by rounding."""
    return (Decimal(part * 100) / whole).quantize(PLACES, ROUND_DOWN)


def read(stream: BinaryIO, wanted: CoverageSettings) -> Measurement:
    """Lines stand below their class and again below its methods; the class's count."""
    covered, declared, file, in_method = Covered(), None, "", False
    for mark in walk(stream):
        if mark.name == "method":
            in_method = mark.is_start
        elif not mark.is_start:
            continue
        elif mark.depth == 0:
            if mark.name != "coverage":
                raise Unreadable(f"The report is XML about “{mark.name[:60]}”, not Cobertura's.")
            declared = mark
        elif mark.name == "class":
            file = mark.attributes.get("filename") or mark.attributes.get("name", "")
        elif mark.name == "line" and mark.above == "lines" and not in_method:
            _count(mark, file, covered)
    if declared is not None:
        _require_whole(declared, covered)
        _take_smaller(declared, covered)
    return covered.judged(wanted)


def _count(line: Mark, file: str, covered: Covered) -> None:
    hits = line.number("hits")
    covered.lines += 1
    covered.lines_covered += bool(hits)
    if not hits:
        covered.uncovered[file] += 1
    taken = line.attributes.get("condition-coverage", "")
    if line.attributes.get("branch", "").lower() == "true" and "(" in taken:
        part, _, whole = taken.partition("(")[2].rstrip(") ").partition("/")
        if not (part.isdecimal() and whole.isdecimal()):
            raise Unreadable(f"A line says condition-coverage=“{taken[:40]}”, which is no share.")
        covered.branches_covered += int(part)
        covered.branches += int(whole)


def _require_whole(root: Mark, covered: Covered) -> None:
    valid, hit = root.number("lines-valid"), root.number("lines-covered")
    if valid is not None and valid > covered.lines:
        raise Unreadable(
            f"The report declares {valid} lines and lists {covered.lines}: it is not whole."
        )
    if valid == covered.lines and hit is not None and hit != covered.lines_covered:
        raise Unreadable(
            f"The report declares {hit} covered lines and lists {covered.lines_covered}."
        )


def _take_smaller(root: Mark, covered: Covered) -> None:
    """Of what is declared and what is listed the smaller share, so that neither makes it green."""
    lines = (covered.lines_covered, covered.lines)
    covered.lines_covered, covered.lines = _smaller(root, "lines", "line-rate", lines)
    branches = (covered.branches_covered, covered.branches)
    covered.branches_covered, covered.branches = _smaller(root, "branches", "branch-rate", branches)


def _smaller(root: Mark, what: str, rate: str, listed: tuple[int, int]) -> tuple[int, int]:
    hit, valid = root.number(f"{what}-covered"), root.number(f"{what}-valid")
    part, whole = listed
    if hit is not None and valid:
        return (hit, valid) if hit * whole < part * valid or not whole else listed
    said = measured(root.attributes.get(rate, ""))
    # A rate is rounded: a point less is another number, and not the same one written shorter.
    if said is None or not whole or said * 100 >= share(part, whole) - 1:
        return listed
    return int(said * whole), whole


KIND = Read(
    kind=Kind.COBERTURA,
    asks="Do the tests run through enough of the code?",
    settings=CoverageSettings,
    schedule=REPORT,
    version="cobertura/2",
    numbers=NUMBERS,
    red=(
        "fewer lines, or branches, covered than asked, by what is listed or by what the root says",
        "no data: no line that could be covered, or branches are asked for and none are listed",
        "could not be measured: the root declares more lines than are listed, no Cobertura XML,"
        " cut off, XML entities",
    ),
    read=read,
)
