"""Refusals: sentences for people, raised by services and printed beside disabled buttons."""


class Refused(Exception):
    """An act that will not be done; the text is one whole sentence for the person who asked."""

    status = 409

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Forbidden(Refused):
    """This person may not do this here (403)."""

    status = 403


class NeedsFreshAuthentication(Forbidden):
    """The act is allowed once the person has proven again who they are."""


class Invalid(Refused):
    """What was asked makes no sense as it stands (422)."""

    status = 422


class Overtaken(Refused):
    """Somebody else was faster; the sentence says who and what is true now (409)."""


def require(refusal: Refused | None) -> None:
    """Raise the refusal, if there is one; the line after it is allowed."""
    if refusal is not None:
        raise refusal
