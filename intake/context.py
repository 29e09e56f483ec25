"""What a recogniser may know of the whole document besides the block before it."""

from functools import cached_property

from intake.assignments import (
    Assignment,
    assignment,
    due_inside,
    due_line,
    owner_inside,
    owner_line,
)
from intake.blocks import Block, BlockKind, Document
from intake.limits import metric_keys
from intake.moments import Moment, exact_moment
from intake.topics import Place, Topic, place_of


class Context:
    def __init__(self, document: Document) -> None:
        self.document = document
        self._places: dict[tuple[str, int | None], Place] = {}
        self._dues: dict[int | None, Moment | None] = {}

    def place(self, block: Block) -> Place:
        key = (block.label, block.section)
        if key not in self._places:
            self._places[key] = place_of(self._words_above(*key))
        return self._places[key]

    def _words_above(self, label: str, section: int | None) -> list[str]:
        texts = [label]
        while section is not None:
            heading = self.document.headings[section]
            texts.append(heading.title)
            section = heading.parent
        return texts

    def title_above(self, block: Block) -> str:
        return "" if block.section is None else self.document.headings[block.section].title

    def assignment(self, block: Block) -> Assignment:
        """Who does what a block says, and by when: its own words, then the nearest above it."""
        owner = owner_inside(block.text) or self._nested_owners.get(block.line, "")
        due = due_inside(block.text) or self._nested_dues.get(block.line)
        return assignment(
            owner or self._owners_of_sections.get(block.section, ""),
            due
            or (exact_moment(block.label) if block.label else None)
            or self._due_of_section(block.section),
        )

    def nested_texts(self, line: int) -> tuple[str, ...]:
        return tuple(self._texts_under.get(line, ()))

    def texts_in_section(self, section: int | None) -> tuple[str, ...]:
        return tuple(self._texts_of_sections.get(section, ()))

    @cached_property
    def _texts_of_sections(self) -> dict[int | None, list[str]]:
        texts: dict[int | None, list[str]] = {}
        for one in self.document.blocks:
            texts.setdefault(one.section, []).append(one.text)
        return texts

    @cached_property
    def _texts_under(self) -> dict[int, list[str]]:
        under: dict[int, list[str]] = {}
        for one in self._nested:
            under.setdefault(one.parent or 0, []).append(one.text)
        return under

    def _due_of_section(self, section: int | None) -> Moment | None:
        if section not in self._dues:
            self._dues[section] = self._due_above(section)
        return self._dues[section]

    def _due_above(self, section: int | None) -> Moment | None:
        while section is not None:
            heading = self.document.headings[section]
            found = exact_moment(heading.title)
            if found is not None:
                return found
            section = heading.parent
        return None

    @cached_property
    def _nested_owners(self) -> dict[int, str]:
        nested = ((one.parent, owner_line(one.text)) for one in self._nested)
        return {parent: owner for parent, owner in nested if parent and owner}

    @cached_property
    def _nested_dues(self) -> dict[int, Moment]:
        nested = ((one.parent, due_line(one.text)) for one in self._nested)
        return {parent: due for parent, due in nested if parent and due}

    @cached_property
    def _nested(self) -> list[Block]:
        kinds = (BlockKind.ENTRY, BlockKind.PARAGRAPH)
        return [
            one for one in self.document.blocks
            if one.parent is not None and one.kind in kinds and one.box is None
        ]  # fmt: skip

    @cached_property
    def _owners_of_sections(self) -> dict[int | None, str]:
        """“Owner: Operations” on a line of its own holds for the items of its section."""
        said = (
            (one.section, owner_line(one.text))
            for one in self.document.blocks
            if one.kind is BlockKind.PARAGRAPH and one.parent is None and one.section is not None
        )
        return {section: owner for section, owner in said if owner}

    @cached_property
    def has_approvals(self) -> bool:
        """Whether somebody signs, so that human validation is asked for by sign-off."""
        return any(
            block.kind is BlockKind.ENTRY and self.place(block).topic is Topic.APPROVALS
            for block in self.document.blocks
        )

    @cached_property
    def metric_keys(self) -> frozenset[str]:
        """The metrics that the document itself writes as keys, such as `cache_hit_rate`."""
        return metric_keys(block.text for block in self.document.blocks)
