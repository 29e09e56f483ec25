"""Runs a command that an administrator declared, and judges how it ended and what it said."""

import re
from decimal import Decimal
from typing import Literal

from pydantic import Field, field_validator

from connections.commands import Command
from connections.running import Ran, run
from deployments.conditions import measured
from gates.declared import Circumstances, Probed, Settings
from gates.enums import Kind
from gates.measurement import MOST_DETAILS, Measurement
from gates.probes.documents import Unreadable
from gates.schedules import STANDING

SEARCHED = 64 * 1024
SHOWN_LINES = 20
# A name, a sign, and one number: no pattern that a person types is run over the output.
NUMBER = r"\s*[:=]\s*(-?[0-9]{1,15}(?:\.[0-9]{1,9})?)"


class CommandSettings(Settings):
    called = "A command gate"

    command: str = Field(
        title="Command",
        min_length=1,
        max_length=60,
        description="Declared by the administrator of the portal; it runs without a shell.",
    )
    exit_code: int = Field(default=0, title="Expected exit code", ge=0, le=255)
    contains: str = Field(default="", title="Text the output must contain", max_length=200)
    value_of: str = Field(
        default="",
        title="Number to judge",
        max_length=60,
        description="The name before it in the output: “lag” finds “lag: 12” and “lag = 12”; the"
        " last one counts.",
    )
    unit: Literal["", "%", "ms", "s"] = Field(default="", title="Unit of the number")

    @field_validator("value_of")
    @classmethod
    def is_a_name(cls, name: str) -> str:
        if name and not re.fullmatch(r"[\w .-]+", name):
            raise ValueError("a name has letters, digits, blanks, dots and dashes")
        return name

    def target(self, around: Circumstances) -> str:
        return self.command

    @property
    def threshold(self) -> str:
        said = f", text “{self.contains}”" if self.contains else ""
        return f"exit code {self.exit_code}{said}"


def probe(wanted: CommandSettings, around: Circumstances) -> Measurement:
    ran = ended(wanted.command, around)
    wrong = _wrong(ran, wanted)
    value = str(_number(ran, wanted.value_of)) if wanted.value_of and not wrong else ""
    return Measurement(
        "bad" if wrong else "good",
        wrong or f"ended with {ran.code} after {ran.seconds:.1f} s",
        value=value,
        unit=wanted.unit if value else "",
        threshold=wanted.threshold,
        details=tuple(ran.output.strip().splitlines()[-min(SHOWN_LINES, MOST_DETAILS) :]),
    )


def ended(name: str, around: Circumstances) -> Ran:
    """How the declared command ended by itself; raises a `Trouble` where it did not."""
    command = _declared(name, around)
    ran = run(command)
    if ran.cut:
        raise Unreadable(f"The command “{command.name}” did not end within {command.seconds} s.")
    return ran


def _declared(name: str, around: Circumstances) -> Command:
    if not around.commands:
        raise Unreadable("Commands are switched off: the administrator declared none.")
    if name not in around.commands:
        raise Unreadable(f"The command “{name}” is no longer declared; ask an administrator.")
    return around.commands[name]


def _wrong(ran: Ran, wanted: CommandSettings) -> str:
    if ran.code < 0:
        return f"was ended by signal {-ran.code}"
    if ran.code != wanted.exit_code:
        return f"ended with {ran.code}, needs {wanted.exit_code}"
    if wanted.contains and wanted.contains not in ran.output:
        return f"the output does not contain “{wanted.contains}”"
    return ""


def _number(ran: Ran, name: str) -> Decimal:
    found = re.findall(rf"(?<!\w){re.escape(name)}{NUMBER}", ran.output[-SEARCHED:])
    value = measured(found[-1]) if found else None
    if value is None:
        raise Unreadable(f"The output says no number after “{name}”.")
    return value


KIND = Probed(
    kind=Kind.COMMAND,
    asks="Does a command of ours end well?",
    settings=CommandSettings,
    schedule=STANDING,
    version="command/1",
    red=(
        "another exit code than the expected one, or ended by a signal",
        "the text is missing, or the condition does not hold",
        "could not be measured: not declared, commands switched off, not ended in time, no number"
        " after the name",
    ),
    probe=probe,
)
