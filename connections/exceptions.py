"""Why nothing could be fetched: each with one sentence for the person who reads the result."""


class Trouble(Exception):
    """A request that brought no usable answer."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Blocked(Trouble):
    """The address is not one that the portal may touch; nothing was sent."""


class Unreachable(Trouble):
    """Nobody answered: no such name, refused, broken off, or no trusted certificate."""


class TooSlow(Trouble):
    """The whole answer was not there before the deadline."""


class TooLarge(Trouble):
    """The answer is longer than the portal reads."""


class Interrupted(Trouble):
    """Something was sent and no whole answer came: the other side may have taken it."""
