"""Plain data as YAML or JSON text and back. No Django in here.

What is read is only ever text, whole numbers, numbers, yes and no, nothing, lists and mappings:
no alias that unfolds, no tag that makes something else, no key twice.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import yaml

DEEPEST = 30
LARGEST_NUMBER = 2**53 - 1  # beyond it JSON readers disagree
SURROGATES = range(0xD800, 0xE000)
# Characters that YAML takes for ends of lines; between double quotes they are escaped.
ODD_BREAKS = frozenset("\r\x85\u2028\u2029")


class Format(StrEnum):
    YAML = "yaml"
    JSON = "json"


FORMATS = {".yaml": Format.YAML, ".yml": Format.YAML, ".json": Format.JSON}


class MalformedError(ValueError):
    """One sentence that says what is wrong with the text, and where."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = None
    if ODD_BREAKS.intersection(text):
        style = '"'
    elif "\n" in text:
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


class _Loader(yaml.CSafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set[str]()
        for name, _ in node.value:
            if name.value in seen:
                raise MalformedError(
                    f"“{name.value}” stands twice in one mapping; keep one of them."
                )
            seen.add(name.value)
        return super().construct_mapping(node, deep)


def dump(document: Any, form: Format) -> str:
    if form is Format.JSON:
        return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    return yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100, indent=2
    )


def load(text: str, form: Format) -> Any:
    """Raises MalformedError for a text that is none, or that says what no document can hold."""
    try:
        document = _from_json(text) if form is Format.JSON else _from_yaml(text)
    except MalformedError:
        raise
    except json.JSONDecodeError as error:
        raise MalformedError(f"Line {error.lineno}: this is no JSON ({error.msg}).") from None
    except yaml.MarkedYAMLError as error:
        raise MalformedError(_said_of(error)) from None
    except yaml.YAMLError:
        raise MalformedError("The document has characters that YAML does not allow.") from None
    except RecursionError:
        raise MalformedError(_too_deep()) from None
    except ValueError:
        raise MalformedError("The document has a number or a date that nobody can read.") from None
    for path, wrong in _strange(document):
        raise MalformedError(f"“{path or 'the document'}” {wrong}.")
    return document


def _from_json(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_each_once)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise MalformedError(f"“{twice}” stands twice in one object; keep one of them.")
    return found


def _from_yaml(text: str) -> Any:
    """Looked through before anything is built of it, so that nothing unfolds."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            line = event.start_mark.line + 1  # type: ignore[union-attr]
            raise MalformedError(
                f"Line {line}: anchors and aliases (& and *) are not read; write it out."
            )
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise MalformedError(_too_deep())
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader with one more check


def _said_of(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark
    line = f"Line {mark.line + 1}: this" if mark else "This"
    return f"{line} is no YAML ({error.problem or error.context})."


def _too_deep() -> str:
    return f"The document is nested deeper than {DEEPEST} levels; no deployment needs that."


def _strange(document: Any) -> Iterator[tuple[str, str]]:
    """Values that no stored document can hold, by path; without recursion."""
    waiting: list[tuple[str, int, Any]] = [("", 0, document)]
    while waiting:
        path, depth, value = waiting.pop()
        wrong = _too_deep() if depth > DEEPEST else _strangeness(value)
        if wrong:
            yield path, wrong
        elif isinstance(value, dict):
            for name, one in value.items():
                said = f"{path}.{name}" if path else str(name)
                wrong = _strangeness(name) if isinstance(name, str) else "is no name in text"
                if wrong:
                    yield said, f"{wrong}"
                waiting.append((said, depth + 1, one))
        elif isinstance(value, list):
            waiting += [(f"{path}[{at}]", depth + 1, one) for at, one in enumerate(value)]


def _strangeness(value: Any) -> str:
    match value:
        case None | bool() | dict() | list():
            return ""
        case str() if "\0" in value:
            return "contains a NUL character; remove it"
        case str() if not value.isascii() and any(ord(one) in SURROGATES for one in value):
            return "contains half of a character; write it whole"
        case str():
            return ""
        case int() if abs(value) > LARGEST_NUMBER:
            return "is too large a number"
        case float() if not math.isfinite(value):
            return "is no number that can be kept"
        case int() | float():
            return ""
        case _:
            return "is neither text nor a number; put it in quotes"
