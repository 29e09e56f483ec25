"""The parts and pages of a plan as words of an address; any other word is no page."""

from dashboard.plan.parts import EDITABLE, PAGES, Editable


class PartConverter:
    regex = "|".join(EDITABLE)

    def to_python(self, value: str) -> Editable:
        return EDITABLE[value]

    def to_url(self, value: Editable | str) -> str:
        return value if isinstance(value, str) else value.name


class PageConverter:
    regex = "|".join(PAGES)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
