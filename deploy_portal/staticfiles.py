"""Front-end files straight from the installed npm packages, by an allow-list."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage


class _Listed(FileSystemStorage):
    """Shows the listed package files under the names that pages use."""

    def path(self, name: str) -> str:
        return str(Path(self.location) / settings.NODE_PACKAGES_FILES[name])


class NodePackagesFinder(BaseFinder):
    """Finds exactly the files named in NODE_PACKAGES_FILES; a missing one fails at collection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = _Listed(location=settings.BASE_DIR / "node_modules")

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The file's path, in a list when all are asked for; nothing for a name not listed."""
        found = [self.storage.path(path)] if path in settings.NODE_PACKAGES_FILES else []
        return found if find_all or not found else found[0]

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage]]:
        for name in settings.NODE_PACKAGES_FILES:
            yield name, self.storage
