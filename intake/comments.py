"""Comments of HTML, of which nothing is read."""


def without_comments(text: str) -> str:
    """Take them out and keep their line ends, so that numbers hold; an open one is text."""
    if "<!--" not in text:
        return text
    parts, place = [], 0
    while (start := text.find("<!--", place)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            break
        parts += [text[place:start], "\n" * text.count("\n", start, end)]
        place = end + 3
    return "".join([*parts, text[place:]])
