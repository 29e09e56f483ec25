"""What entries of a reading need of each other: keys that differ, order, and their commands."""

from dataclasses import replace

from intake.reading import Command, Gate, Step


def named_once(found: tuple[Gate, ...]) -> tuple[Gate, ...]:
    taken: set[str] = set()
    gates = []
    for gate in found:
        base, number = gate.key or "gate", 1
        key = base
        while key in taken:
            number += 1
            key = f"{base}-{number}"
        taken.add(key)
        gates.append(replace(gate, key=key))
    return tuple(gates)


def in_order(found: tuple[Step, ...], commands: tuple[Command, ...]) -> tuple[Step, ...]:
    """Number the steps of each kind and give them the commands that stand under them."""
    under = commands_under(commands)
    counts: dict[str, int] = {}
    ordered = []
    for step in found:
        counts[step.kind] = counts.get(step.kind, 0) + 1
        own = under.get(step.line, [])
        language = step.language or next((one.language for one in own), "")
        texts = tuple(one.text for one in own)
        ordered.append(replace(step, order=counts[step.kind], commands=texts, language=language))
    return tuple(ordered)


def commands_under(commands: tuple[Command, ...]) -> dict[int, list[Command]]:
    """The commands by the line of the step or item that they belong to."""
    under: dict[int, list[Command]] = {}
    for command in commands:
        if command.step_line is not None:
            under.setdefault(command.step_line, []).append(command)
    return under
