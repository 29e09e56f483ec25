"""Which names a branch or a tag may have here: a part of what git allows, and no option."""

import re

NAME = re.compile(r"\w[\w./+#@=-]{0,199}")
# What git forbids, or reads as something else than a name.
ODD = re.compile(r"\.\.|//|@\{|/\.|\.(?:/|$)|\.lock(?:/|$)|/$")


def is_refname(name: str) -> bool:
    """Whether it can be asked for: no blanks, stars, colons, or dashes in front."""
    return bool(NAME.fullmatch(name)) and not ODD.search(name)
