"""The scene of the access table, for what holds at every address."""

from __future__ import annotations

from tests.dashboard.test_access import scene

__all__ = ["scene"]
