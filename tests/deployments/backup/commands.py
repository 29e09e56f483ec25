"""The portal's own commands, as an administrator gives them."""

from __future__ import annotations

from io import StringIO

from django.core.management import call_command


def command(*arguments: object) -> str:
    told = StringIO()
    call_command(*map(str, arguments), stdout=told)
    return told.getvalue()
