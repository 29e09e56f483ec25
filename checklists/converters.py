"""The item states that a button sets, in addresses: any other word is no page."""

from checklists.enums import ItemState


class ItemStateConverter:
    regex = "open|done"

    def to_python(self, value: str) -> ItemState:
        return ItemState(value)

    def to_url(self, value: str) -> str:
        return str(value)
