"""The page about the kinds of gate, made from what each kind declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from deployments.conditions import length
from gates.declared import Declared, Probed, Read
from gates.kinds import KINDS

BEGINS = "<!-- From here on made by `manage.py describe_gates`. -->"
WORDS = {str: "text", int: "a whole number", float: "a number", bool: "yes or no"}


def page() -> str:
    """All kinds: a table of what they ask, then each with its settings and what makes it red."""
    return "\n".join(
        [BEGINS, "", *_table(), *(line for one in KINDS.values() for line in _kind(one))]
    )


def _table() -> Iterator[str]:
    yield "| kind | asks | answered by | holds for |"
    yield "|---|---|---|---|"
    for kind, declared in KINDS.items():
        holds = length(int(declared.schedule.freshness.total_seconds()))
        cells = (f"[{declared.title}](#{kind}) `{kind}`", declared.asks, _by(declared), holds)
        yield f"| {' | '.join(cells)} |"
    yield ""


def _by(declared: Declared[Any]) -> str:
    if isinstance(declared, Probed):
        return "the portal, again and again"
    return "a report" if isinstance(declared, Read) else "CI or a person"


def _kind(declared: Declared[Any]) -> Iterator[str]:
    limits, schedule = declared.schedule.limits, declared.schedule
    yield f'<a id="{declared.kind}"></a>'
    yield f"## {declared.title}"
    yield ""
    yield f"{declared.asks} (`{declared.kind}`)"
    yield ""
    yield from _settings(declared)
    if declared.numbers:
        yield (
            "A condition may name: "
            + "; ".join(
                f"`{name}`{f' ({number.unit})' if number.unit else ''}, {number.meaning}"
                for name, number in declared.numbers.items()
            )
            + "."
        )
        yield ""
    yield "What makes it red, or not measurable:"
    yield ""
    yield from (f"- {reason}" for reason in declared.red)
    yield ""
    if isinstance(declared, Probed):
        yield (
            f"By itself: every {length(int(schedule.interval.total_seconds()))}, {limits.need_good}"
            f" good in a row pass, more than {limits.max_bad} bad or more than"
            f" {limits.max_bad_streak} in a row fail, more than {limits.max_error_streak} failed"
            f" measurements in a row end it, given up after"
            f" {length(int(schedule.timeout.total_seconds()))}."
        )
        yield ""


def _settings(declared: Declared[Any]) -> Iterator[str]:
    fields = declared.settings.model_fields
    if not fields:
        return
    yield "| setting | means | takes | usual |"
    yield "|---|---|---|---|"
    for name, info in fields.items():
        means = f"{info.title}. {info.description}" if info.description else f"{info.title}"
        usual = "needed" if info.is_required() else _usual(info.default)
        yield f"| `{name}` | {means} | {_takes(info)} | {usual} |"
    yield ""


def _usual(default: Any) -> str:
    return "" if default in (None, "") else f"`{str(default).lower()}`"


def _takes(info: FieldInfo) -> str:
    kind = info.annotation
    given = [one for one in get_args(kind) if one is not type(None)]
    if get_origin(kind) is Literal:
        return ", ".join(f"`{value}`" if value else "nothing" for value in get_args(kind))
    if type(None) in get_args(kind):
        kind = given[0]
    said = WORDS.get(kind, "a list") if isinstance(kind, type) else "a list"
    least = next((one.ge for one in info.metadata if isinstance(one, Ge)), None)
    most = next((one.le for one in info.metadata if isinstance(one, Le)), None)
    return said if least is None else f"{said}, {least} to {most}"
