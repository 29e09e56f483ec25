"""The lists that are open at one place of the document, and what introduces their entries."""

from dataclasses import dataclass


@dataclass(slots=True)
class _Item:
    line: int
    label: str
    first: bool = True


class ListStack:
    """Open lists and items, innermost last; the label of an item holds for what is nested in it."""

    def __init__(self) -> None:
        self._ordered: list[bool] = []
        self._items: list[_Item] = []

    @property
    def depth(self) -> int:
        return len(self._items)

    @property
    def ordered(self) -> bool:
        return bool(self._ordered) and self._ordered[-1]

    @property
    def label(self) -> str:
        return self._items[-1].label if self._items else ""

    @property
    def outer_label(self) -> str:
        return self._items[-2].label if len(self._items) > 1 else ""

    @property
    def parent(self) -> int | None:
        return self._items[-1].line if self._items else None

    @property
    def outer(self) -> int | None:
        return self._items[-2].line if len(self._items) > 1 else None

    def open(self, *, ordered: bool) -> None:
        self._ordered.append(ordered)
        if self._items:
            self._items[-1].first = False

    def close(self) -> None:
        self._ordered.pop()

    def enter(self, line: int) -> None:
        self._items.append(_Item(line, self.label))

    def leave(self) -> None:
        self._items.pop()

    def name(self, label: str) -> None:
        if label:
            self._items[-1].label = label

    def take_first(self) -> int | None:
        """The line of the item that this block opens, or None when it opens none."""
        if not self._items or not self._items[-1].first:
            return None
        self._items[-1].first = False
        return self._items[-1].line
