"""Hashes that any later reader can recompute: SHA-256 over RFC 8785 canonical JSON."""

import hashlib
from typing import Any

import rfc8785


def digest(value: Any) -> str:
    """Hex SHA-256 of plain data; numbers other than whole ones are given as text."""
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()
