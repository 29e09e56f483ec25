"""Does the work of a step's command: takes it once, follows it, and brings home how it ended."""

from __future__ import annotations

from checklists.claims import Claim, claim
from checklists.services.verdicts import Verdict, settle
from connections.commands import Command, declared_commands
from connections.declaring import Undeclared
from connections.exceptions import Trouble
from connections.running import Ran, run


def execute(attempt_id: int) -> None:
    """Run one command to its end, outside any transaction."""
    held = claim(attempt_id)
    if held is not None:
        settle(held, ran(held))


def ran(held: Claim) -> Verdict:
    """How it ended; whatever kept it from running is a failure with a sentence."""
    try:
        command = _declared(held.attempt.command)
        return _judged(command, run(command, follow=held.goes_on))
    except Trouble as trouble:
        return Verdict(is_good=False, reason=trouble.sentence)


def _declared(name: str) -> Command:
    commands = declared_commands()
    if name not in commands:
        raise Undeclared(f"The command “{name}” is no longer declared; it was not run.")
    return commands[name]


def _judged(command: Command, found: Ran) -> Verdict:
    took = f"after {found.seconds:.1f} s"
    if found.cut:
        why = f"“{command}” did not end within {command.seconds} s and was ended"
        return Verdict(is_good=False, reason=f"{why}.", output=found.output)
    if found.code < 0:
        why = f"“{command}” was ended by signal {-found.code} {took}."
    elif found.code:
        why = f"“{command}” ended with {found.code} {took}."
    else:
        why = f"“{command}” ended well {took}."
    return Verdict(found.code == 0, why, found.code, found.output)
