"""Keeps addresses that let whoever has them in out of the log."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

# What follows these in an address is all that its page asks for; no folder has so long a name.
SECRET = re.compile(
    r"(/(?:share|subscription)/|/(?:set|new)-password/[^/\s?#\"']+/)[^/\s?#\"']{16,}"
)
HIDDEN = "[secret]"


class HideSecretPaths(logging.Filter):
    """Changes what a record says and drops none; a server's own access log may be given it, too.

    Text among the arguments is changed one by one, since formatters of access logs take them apart.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _hidden(record.msg)
        if isinstance(record.args, Mapping):
            record.args = {name: _hidden(said) for name, said in record.args.items()}
        elif record.args:
            record.args = tuple(map(_hidden, record.args))
        return True


def _hidden(said: object) -> object:
    return SECRET.sub(rf"\g<1>{HIDDEN}", said) if isinstance(said, str) else said
