"""Reads JaCoCo's XML: the share of lines, and of branches, that tests ran through.

Source: JaCoCo's report document type 1.1. The counters of the report are held against the sum of
its packages; where they disagree the report is not whole.
"""

from collections import Counter
from typing import BinaryIO

from gates.declared import Read
from gates.enums import Kind
from gates.measurement import Measurement
from gates.probes.documents import Unreadable
from gates.readers.cobertura import NUMBERS, CoverageSettings, Covered
from gates.readers.xml import Mark, walk
from gates.schedules import REPORT

COUNTED = ("LINE", "BRANCH")


class JacocoSettings(CoverageSettings):
    called = "A JaCoCo gate"


def read(stream: BinaryIO, wanted: JacocoSettings) -> Measurement:
    covered, declared, summed, file = Covered(), Counter[str](), Counter[str](), ""
    for mark in walk(stream):
        if not mark.is_start:
            continue
        if mark.depth == 0 and mark.name != "report":
            raise Unreadable(f"The report is XML about “{mark.name[:60]}”, not JaCoCo's.")
        if mark.name == "sourcefile":
            file = mark.attributes.get("name", "")
        elif mark.name == "counter" and mark.attributes.get("type") in COUNTED:
            if mark.above == "report":
                declared += _counter(mark)
            elif mark.above == "package":
                summed += _counter(mark)
            elif mark.above == "sourcefile" and mark.attributes["type"] == "LINE":
                covered.uncovered[file] += mark.number("missed") or 0
    if declared != summed:
        raise Unreadable("The report's counters are not the sum of its packages: it is not whole.")
    covered.lines_covered = declared["LINE covered"]
    covered.lines = declared["LINE covered"] + declared["LINE missed"]
    covered.branches_covered = declared["BRANCH covered"]
    covered.branches = declared["BRANCH covered"] + declared["BRANCH missed"]
    covered.uncovered = +covered.uncovered
    return covered.judged(wanted)


def _counter(mark: Mark) -> Counter[str]:
    kind = mark.attributes["type"]
    missed, hit = mark.number("missed"), mark.number("covered")
    if missed is None or hit is None:
        raise Unreadable("A counter says not how much is missed and how much is covered.")
    return Counter({f"{kind} missed": missed, f"{kind} covered": hit})


KIND = Read(
    kind=Kind.JACOCO,
    asks="Do the tests run through enough of the code?",
    settings=JacocoSettings,
    schedule=REPORT,
    version="jacoco/1",
    numbers=NUMBERS,
    red=(
        "fewer lines, or branches, covered than asked",
        "no data: no line that could be covered, or branches are asked for and none are counted",
        "could not be measured: the counters are not the sum of the packages, no JaCoCo XML, cut"
        " off, XML entities",
    ),
    read=read,
)
