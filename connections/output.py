"""What a command said, as people may see it: no secret, nor a part of one where it was cut."""

from collections.abc import Callable, Sequence

from connections.hiding import hide

# Of a command that still runs the last part is shown.
FOLLOWED_BYTES = 64 * 1024


class Followed:
    """The last part of what a command has said so far."""

    def __init__(self, hidden: Sequence[bytes]) -> None:
        self._hidden = hidden
        self._said = bytearray()
        self._left_out = 0
        self.is_cut = False

    def add(self, part: bytes) -> None:
        self._said += part
        if (too_many := len(self._said) - FOLLOWED_BYTES) > 0:
            self._left_out += too_many
            del self._said[:too_many]

    def shown(self) -> str:
        """Without an end that may yet become a secret."""
        said = bytes(self._said)
        for secret in self._hidden:
            said = said[: len(said) - edge(secret, said.endswith, from_start=True)]
        told = shown(said, 0, self._left_out, self._hidden)
        return (
            f"{told}\n… more than can be followed; all of it comes with its end …"
            if (self.is_cut)
            else told
        )


def shown(output: bytes, head: int, left_out: int, hidden: Sequence[bytes]) -> str:
    """The output, of which `left_out` bytes are missing behind the first `head`."""
    if not left_out:
        return hide(output, hidden).decode(errors="replace")
    first, last = output[:head], output[head:]
    for secret in hidden:
        # The middle of a secret may be what is missing, so each side is held against it alone.
        first = first[: len(first) - edge(secret, first.endswith, from_start=True)]
        last = last[edge(secret, last.startswith, from_start=False) :]
    gap = f"\n… {left_out:,} bytes left out …\n".encode()
    return (hide(first, hidden) + gap + hide(last, hidden)).decode(errors="replace")


def edge(secret: bytes, is_there: Callable[[bytes], bool], *, from_start: bool) -> int:
    """How many characters of the secret stand at the edge."""
    for size in range(len(secret) - 1, 0, -1):
        if is_there(secret[:size] if from_start else secret[-size:]):
            return size
    return 0
