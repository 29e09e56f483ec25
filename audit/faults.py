"""A place where what is kept no longer says what was written."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One place where a chain or a checkpoint no longer holds, and what is wrong there."""

    chain: str
    sequence: int | None
    sentence: str

    @property
    def place(self) -> str:
        return self.chain if self.sequence is None else f"{self.chain} event {self.sequence}"
