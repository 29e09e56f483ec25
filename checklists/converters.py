"""Words in addresses: the item states that a button sets, and the kinds of evidence."""

from checklists.enums import EvidenceKind, ItemState


class ItemStateConverter:
    regex = "open|in_progress|done"

    def to_python(self, value: str) -> ItemState:
        return ItemState(value)

    def to_url(self, value: str) -> str:
        return str(value)


class EvidenceKindConverter:
    regex = "|".join(EvidenceKind.values)

    def to_python(self, value: str) -> EvidenceKind:
        return EvidenceKind(value)

    def to_url(self, value: str) -> str:
        return str(value)
