"""Text that does not fit the place where it is kept: it is longer, or on more lines."""


def cut(text: str, longest: int | None) -> str:
    """At most so many characters; what was cut ends in “…”, so that nobody takes it for all."""
    return text if longest is None or len(text) <= longest else f"{text[: longest - 1]}…"


def one_line(text: str) -> str:
    """On one line and without control characters.

    No value can open a header, a line of a calendar or a paragraph of its own, and none holds the
    NUL that PostgreSQL refuses.
    """
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
