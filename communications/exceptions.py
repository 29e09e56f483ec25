"""Why one copy of a message cannot be made."""


class Unsendable(Exception):
    """This copy can never leave as it is; the text says why, the other copies go out."""


class Unwritten(Unsendable):
    """Its text cannot be written; whoever answers for the message is to know."""
