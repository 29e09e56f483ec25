"""A folder of each test's own for keys, exports and checkpoints that leave the database."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def audit_folder(tmp_path: Path, settings: Settings) -> Path:
    settings.AUDIT_DIR = tmp_path / "audit"
    settings.AUDIT_SIGNING_KEY = ""
    settings.AUDIT_PUBLIC_KEYS = []
    settings.AUDIT_CHECKPOINT_FOLDER = ""
    settings.AUDIT_CHECKPOINT_MAILS = []
    return tmp_path
