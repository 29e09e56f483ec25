"""How often, how long, how many: the figures of the live channel."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """Seconds, unless said; tests run faster, nobody else needs other figures."""

    # Hints for one deployment within this time become one rendering.
    gather: float = 0.03
    # A burst renders at most this rarely, however long a rendering takes.
    gather_at_most: float = 1.0
    # Proxies close what stays silent; a minute is usual.
    comment: float = 15.0
    # A session that ended or a right that was taken away ends the stream within this time.
    recheck: float = 10.0
    # While Redis is away, the versions are asked of the database instead.
    poll: float = 2.0
    # Messages kept for one slow reader before its stream is closed; it reconnects and catches up.
    backlog: int = 16
    # Threads that render and check access; the rest of the pool of 12 connections serves pages.
    threads: int = 2
