"""The kinds of document that go out, as words of an address; any other word is no page."""

from intake.exporting import WRITERS


class FormConverter:
    regex = "|".join(WRITERS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
