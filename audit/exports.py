"""Where exports lie until they are taken along."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from audit.models import Export


def folder() -> Path:
    return Path(settings.AUDIT_DIR) / "exports"


def file_of(export: Export) -> Path | None:
    """None where it is not made yet, or no longer there."""
    place = folder() / export.file
    return place if export.file and place.is_file() else None


def download_name(export: Export) -> str:
    about = f"deployment-{export.deployment_id}" if export.deployment_id else "population"
    return f"evidence-{about}-{export.asked_at:%Y%m%d-%H%M}.zip"
