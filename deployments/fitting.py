"""Text that is longer than the place where it is kept."""


def cut(text: str, longest: int | None) -> str:
    """At most so many characters; what was cut ends in “…”, so that nobody takes it for all."""
    return text if longest is None or len(text) <= longest else f"{text[: longest - 1]}…"
