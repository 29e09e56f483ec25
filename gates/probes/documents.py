"""JSON that came from outside, and a path into it."""

import json
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from connections.exceptions import Trouble


class Unreadable(Trouble):
    """The answer came, and is not what was asked for."""


def json_of(body: bytes) -> Any:
    """The document in an answer; raises `Unreadable` for what is none."""
    try:
        return json.loads(body, parse_constant=_no_number)
    except RecursionError as error:
        raise Unreadable("The answer is JSON that is nested too deeply to be read.") from error
    except ValueError as error:
        raise Unreadable(f"The answer is no JSON: {error}.") from error


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def compiled(path: str) -> str:
    """The path itself, if it is JMESPath; raises `ValueError` with a sentence."""
    if path:
        try:
            jmespath.compile(path)
        except JMESPathError as error:
            said = str(error).splitlines()[0]
            raise ValueError(f"“{path}” is no JMESPath such as checks.db.state: {said}") from error
    return path


def found_at(path: str, document: Any) -> Any:
    """What the path leads to, None for nothing; raises `Unreadable` where it cannot be followed."""
    try:
        return jmespath.search(path, document)
    except (JMESPathError, RecursionError) as error:
        said = str(error).splitlines()[0]
        raise Unreadable(f"{path} cannot be followed in the answer: {said}") from error


def worded(value: Any) -> str:
    """A JSON value as it is written, text without its quotes."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
