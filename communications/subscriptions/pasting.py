"""Many stakeholders in one text, one a line: “Name <address>”, or an address alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from communications.subscriptions.policies import (
    refusal_by_entry,
    refusal_of_listed_address,
    refusal_of_name,
)

NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
SEPARATORS = " \t,;"
MOST_SAID = 10


@dataclass
class Pasted:
    """`named` are name and address of each line; `problems` one sentence for each that is wrong."""

    named: list[tuple[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def said(self) -> list[str]:
        """The first problems, and how many more there are."""
        more = len(self.problems) - MOST_SAID
        return self.problems[:MOST_SAID] + ([f"{more} more lines are wrong."] if more > 0 else [])


def read(text: str, listed: Mapping[str, str]) -> Pasted:
    """`listed` are the names already there, by their addresses in small letters."""
    found, lines = Pasted(), dict[str, int]()
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip(SEPARATORS):
            continue
        name, address = _parts(line.strip(SEPARATORS))
        problem = _problem(name, address, listed)
        if not problem and address.lower() in lines:
            problem = f"{address} stands in line {lines[address.lower()]} already."
        if problem:
            found.problems.append(f"Line {number}: {problem}")
            continue
        lines[address.lower()] = number
        found.named.append((name, address))
    return found


def _parts(line: str) -> tuple[str, str]:
    match = NAMED.fullmatch(line)
    if match is None:
        return line, line
    address = match["address"].strip()
    return match["name"].strip(" \t\"'") or address, address


def _problem(name: str, address: str, listed: Mapping[str, str]) -> str:
    refusal = refusal_of_listed_address(address) or refusal_of_name(name)
    if refusal is None and address.lower() in listed:
        refusal = refusal_by_entry(address, listed[address.lower()])
    return refusal.sentence if refusal else ""
