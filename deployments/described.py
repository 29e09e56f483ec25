"""A definition as a person reads and edits it: plain words by field, and their fingerprint."""

from abc import ABC, abstractmethod

from deployments.canonical import digest


class Described(ABC):
    """What a form shows of a definition; `fingerprint` is what it carries to say what it showed."""

    @abstractmethod
    def plain(self) -> dict[str, str]:
        """Every field in words; two definitions with the same words are the same."""

    @property
    def fingerprint(self) -> str:
        return digest(self.plain())

    def changed_to(self, other: "Described") -> tuple[dict[str, str], dict[str, str]]:
        """The fields that differ, as they are here and as they are there."""
        was, now = self.plain(), other.plain()
        names = [name for name in now if now[name] != was.get(name)]
        return {name: was.get(name, "") for name in names}, {name: now[name] for name in names}
