"""What a recogniser may know of the whole document besides the block before it."""

from functools import cached_property

from intake.blocks import Block, BlockKind, Document
from intake.limits import metric_keys
from intake.topics import Place, Topic, place_of


class Context:
    def __init__(self, document: Document) -> None:
        self.document = document
        self._places: dict[tuple[str, int | None], Place] = {}

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
