"""What a structured document may say: the JSON Schema, and one sentence where it does not hold.

`docs/schema/deployment.schema.json` is this, written by `manage.py deployment_schema`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from checklists import enums as checklist
from communications.enums import IN_A_PLAN
from communications.moments import MOST_DAYS
from deployments.enums import Anchor
from gates.enums import Kind as Gate
from gates.enums import OnNoData
from monitoring.enums import Severity, TriggerMode
from monitoring.parts import LONGEST_COUNTDOWN, MOST_NEEDED

VERSION = 1
YEAR = 366 * 24 * 3600
SMALL = 2**15 - 1
Schema = dict[str, Any]


def _object(required: Iterable[str], /, **properties: Schema) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _text(longest: int | None = None, *, empty: bool = False) -> Schema:
    limit = {} if longest is None else {"maxLength": longest}
    return {"type": "string", **({} if empty else {"pattern": r"\S"}), **limit}


def _key(longest: int) -> Schema:
    return {"type": "string", "pattern": "^[A-Za-z0-9_-]+$", "maxLength": longest}


def _number(least: int, most: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most}


def _one_of(words: Iterable[str]) -> Schema:
    return {"enum": list(words)}


TIME_OF_DAY: Schema = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
ADDRESS: Schema = {"type": "string", "pattern": r"^[^@\s]+@[^@\s]+$", "maxLength": 254}
YES_NO: Schema = {"type": "boolean"}
SECONDS = _number(0, YEAR)
OFFSET = {
    **_number(-YEAR, YEAR),
    "description": "Seconds after the anchor; negative is before it.",
}
MOMENT = _object(["anchor", "offset_seconds"], anchor=_one_of(Anchor.values), offset_seconds=OFFSET)
ITEM = _object(
    ["text"],
    key=_key(120),
    text=_text(),
    kind=_one_of(checklist.Kind.values),
    phase=_one_of(checklist.Phase.values),
    required=YES_NO,
    evidence_demanded=YES_NO,
    irreversible=YES_NO,
    planned_minutes=_number(1, 2**31 - 1),
    runs={**_key(60), "description": "A command that the administrator declares."},
    commands=_list(_object(["text"], language=_text(empty=True), text=_text(empty=True))),
    choices=_list(_text(200)),
    condition={**_text(300, empty=True), "description": "Of a criterion: what judges it."},
    after={**_list(_key(120)), "description": "Keys of the items that come before it."},
    owner_role=_key(50),
    due=MOMENT,
)
GATE = _object(
    ["title"],
    key=_key(120),
    title=_text(300),
    kind=_one_of(Gate.values),
    settings={"type": "object"},
    condition=_text(300, empty=True),
    required=YES_NO,
    machine_only=YES_NO,
    unwaivable=YES_NO,
    interval_seconds=SECONDS,
    settle_seconds=SECONDS,
    timeout_seconds=SECONDS,
    freshness_seconds=SECONDS,
    need_good=_number(1, SMALL),
    max_bad=_number(0, SMALL),
    max_bad_streak=_number(0, SMALL),
    max_error_streak=_number(0, SMALL),
    on_no_data=_one_of(OnNoData.values),
)
RULE = _object(
    ["role"],
    key=_key(80),
    role=_key(50),
    statement=_text(empty=True),
    count=_number(1, SMALL),
    order_group=_number(1, SMALL),
    time_sensitive={"type": "boolean"},
    asked_until_hours=_number(1, 60 * 24),
    holds_for_days=_number(1, 14),
)
LIMIT: dict[str, Schema] = {
    "key": _key(120),
    "text": _text(),
    "condition": _text(300, empty=True),
}
DEPLOYMENT = _object(
    [],
    package=_text(200),
    branch=_text(200, empty=True),
    commit=_text(64, empty=True),
    digest=_text(100, empty=True),
    service=_key(60),
    environment=_text(80),
)
DOCUMENT: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Deploy Portal: what defines a deployment",
    "description": (
        "Everything that stands in the plan, without its time, its people and what was said. "
        "Definitions name each other by key; a key that is left out is made from the text."
    ),
    **_object(
        ["version", "deployment"],
        version={"const": VERSION},
        deployment=DEPLOYMENT,
        roles={
            "type": "object",
            "description": "The names of the sign-off roles, by key.",
            "propertyNames": _key(50),
            "additionalProperties": _text(100),
        },
        sections=_list(
            _object(["path"], path=_list(_text(empty=True)), items=_list(ITEM)),
        ),
        gates=_list(GATE),
        rules=_list(RULE),
        polled=_list(_object(["role"], role=_key(50), purpose=_text(empty=True))),
        poll={
            "type": "boolean",
            "description": "Whether roles are polled before the decision; yes if not said.",
        },
        targets=_list(_object(["text"], **LIMIT)),
        alerts=_list(
            _object(
                ["text"],
                **LIMIT,
                severity=_one_of(Severity.values),
                need_bad=_number(1, MOST_NEEDED),
                need_good=_number(1, MOST_NEEDED),
                clears=_text(300, empty=True),
            )
        ),
        triggers=_list(
            _object(
                ["text"],
                **LIMIT,
                mode=_one_of(TriggerMode.values),
                countdown_seconds=_number(0, LONGEST_COUNTDOWN),
                decided_by={
                    **_key(50),
                    "description": "The role that answers when it holds; ops leads if not said.",
                },
            )
        ),
        widgets=_list(_object(["title"], title=_text(200), series=_list(_text(empty=True)))),
        watch_seconds=_number(1, YEAR),
        messages=_list(
            _object(
                ["kind", "anchor", "offset_seconds", "title"],
                kind=_one_of([kind.value for kind in IN_A_PLAN]),
                anchor=_one_of(Anchor.values),
                offset_seconds=OFFSET,
                title=_text(200),
                text=_text(empty=True),
                day=_number(-MOST_DAYS, MOST_DAYS),
                at=TIME_OF_DAY,
                audience=_list(_text(90)),
                addresses=_list(ADDRESS),
            )
        ),
    ),
}
PATTERNS = {
    r"\S": "is empty; write what it is about",
    TIME_OF_DAY["pattern"]: "must be a time of the day such as “09:00”",
    ADDRESS["pattern"]: "must be a mail address",
}
TYPES = {
    "string": "text in quotes",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
}


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(DOCUMENT)


def problem_of(document: Any) -> str:
    """The first thing that does not fit, in one sentence with its path; nothing if all fits."""
    error = next(_validator().iter_errors(document), None)
    return f"“{path_of(error.absolute_path)}” {_said(error)}." if error else ""


def path_of(steps: Iterable[str | int]) -> str:
    said = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return said.removeprefix(".") or "the document"


def _said(error: ValidationError) -> str:
    wanted, instance, schema = _parts(error)
    match error.validator:
        case "additionalProperties":
            known = schema["properties"]
            name = next(one for one in instance if one not in known)
            return f"has the unknown key “{name}”; known are: {', '.join(known)}"
        case "required":
            missing = next(one for one in wanted if one not in instance)
            return f"names no “{missing}”; add it"
        case "type":
            return f"must be {TYPES[wanted]}"
        case "enum":
            return f"must be one of: {', '.join(wanted)}"
        case "const":
            return f"must be {wanted}; this portal reads no other"
        case "maxLength":
            return f"has {len(instance)} characters; {wanted} are the most"
        case "minimum":
            return f"is {instance}; {wanted} is the least"
        case "maximum":
            return f"is {instance}; {wanted} is the most"
        case "pattern" if wanted in PATTERNS:
            return PATTERNS[wanted]
        case _:
            return "must be a key: letters, digits, - and _ only"


def _parts(error: ValidationError) -> tuple[Any, Any, Any]:
    return error.validator_value, error.instance, error.schema
