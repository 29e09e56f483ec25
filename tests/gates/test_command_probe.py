"""A declared command is judged by its exit code, its output, and one number in it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from connections.commands import Command
from gates.declared import Circumstances
from gates.measurement import Measurement
from gates.measuring import measure

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def ran(code: str, condition: str = "", seconds: int = 20, **settings: Any) -> Measurement:
    command = Command("check", (sys.executable, "-c", code), seconds=seconds)
    around = Circumstances(NOW, commands={"check": command})
    return measure("command", {"command": "check", **settings}, condition, around)


@pytest.mark.parametrize(
    ("code", "settings", "outcome", "reason"),
    [
        ("print('all well')", {}, "good", "ended with 0 after "),
        ("raise SystemExit(3)", {}, "bad", "ended with 3, needs 0"),
        ("raise SystemExit(3)", {"exit_code": 3}, "good", "ended with 3 after "),
        ("print('starting')", {"contains": "ready"}, "bad", "the output does not contain “ready”"),
        ("import os; os.kill(os.getpid(), 9)", {}, "bad", "was ended by signal 9"),
        ("print('x')", {"value_of": "lag"}, "error", "The output says no number after “lag”."),
        ("print('lag: NaN')", {"value_of": "lag"}, "error", "The output says no number after"),
    ],
)
def test_end_of_the_command_is_judged(code, settings, outcome, reason):
    found = ran(code, **settings)
    assert (found.outcome, found.reason[: len(reason)]) == (outcome, reason)


@pytest.mark.parametrize(
    ("output", "outcome", "reason"),
    [
        ("lag: 3", "good", "3 s is less than 5 s"),
        ("lag = 7.5", "bad", "7.5 s, needs less than 5 s"),
        ("lag: 9\nlag: 1", "good", "1 s is less than 5 s"),
        ("flag: 1", "error", "The output says no number after “lag”."),
    ],
)
def test_number_in_the_output_is_held_against_the_condition(output, outcome, reason):
    found = ran(f"print({output!r})", "lag < 5 s", value_of="lag", unit="s")
    assert (found.outcome, found.reason.split("; ")[-1]) == (outcome, reason)


def test_command_that_does_not_end_is_an_error():
    found = ran("import time; time.sleep(60)", seconds=1)
    assert (found.outcome, found.reason) == (
        "error",
        "The command “check” did not end within 1 s.",
    )


@pytest.mark.parametrize(
    ("around", "reason"),
    [
        (Circumstances(NOW), "Commands are switched off: the administrator declared none."),
        (
            Circumstances(NOW, commands={"other": Command("other", ("true",))}),
            "The command “check” is no longer declared; ask an administrator.",
        ),
        (
            Circumstances(NOW, commands={"check": Command("check", ("/none/such",))}),
            "The command “check” cannot be started: No such file or directory.",
        ),
    ],
)
def test_what_cannot_be_run_is_an_error(around, reason):
    found = measure("command", {"command": "check"}, "", around)
    assert (found.outcome, found.reason) == ("error", reason)


def test_name_of_the_number_is_no_pattern():
    found = ran("print(1)", value_of="(a+)+$")
    assert (found.outcome, "a name has letters" in found.reason) == ("error", True)
