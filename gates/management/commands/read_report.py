"""What a gate would make of a report, without a gate, a deployment or a database."""

import json
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gates.declared import Circumstances
from gates.kinds import KINDS, READ
from gates.measurement import Measurement
from gates.measuring import measure


class Command(BaseCommand):
    help = "Read a report as a gate of this kind would, and say what came of it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", help=f"one of {', '.join(sorted(READ))}")
        parser.add_argument("file", help="the report, or - for what comes in")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--condition", default="", help="such as “pass_rate >= 95 %%”")
        parser.add_argument(
            "--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the kind"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        kind = options["kind"]
        if kind not in READ:
            known = ", ".join(sorted(READ))
            raise CommandError(f"“{kind}” is no kind that reads reports; use one of {known}.")
        settings = _settings(options["set"])
        try:
            KINDS[kind].settings.read(settings)
        except ValueError as error:
            raise CommandError(str(error)) from error
        if why := KINDS[kind].refusal_of(options["condition"], settings):
            raise CommandError(why)
        with ExitStack() as stack:
            stream = _opened(options["file"], stack)
            around = Circumstances(datetime.now(UTC))
            found = measure(kind, settings, options["condition"], around, stream)
        self.stdout.write(_as_json(found) if options["json"] else _as_text(found))


def _opened(name: str, stack: ExitStack) -> BinaryIO:
    if name == "-":
        return sys.stdin.buffer
    try:
        return stack.enter_context(Path(name).open("rb"))
    except OSError as error:
        raise CommandError(f"“{name}” cannot be read: {error.strerror}.") from error


def _settings(said: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in said:
        name, is_said, value = one.partition("=")
        if not is_said:
            raise CommandError(f"“{one}” is no setting; write it as name=value.")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def _as_json(found: Measurement) -> str:
    told = {
        "outcome": found.outcome,
        "value": found.value,
        "unit": found.unit,
        "counts": {name: _number(number) for name, number in found.counts.items()},
        "reason": found.reason,
        "details": list(found.details),
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def _number(number: Decimal | int) -> float | int:
    return int(number) if number == int(number) else float(number)


def _as_text(found: Measurement) -> str:
    return "\n".join([f"{found.outcome}: {found.reason}", *(f"  {one}" for one in found.details)])
