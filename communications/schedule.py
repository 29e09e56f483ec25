"""When is a message due, until when is it of use, and when is it tried again? No Django in here."""

from collections.abc import Mapping
from datetime import datetime, timedelta

# A notice is of no use from here to T0, an answer to go/no-go from T0 on.
NOTICE_ENDS_BEFORE_T0 = timedelta(hours=2)
COMPLETION_IS_NEWS_FOR = timedelta(hours=24)
REPORT_IS_OF_USE_FOR = timedelta(hours=72)
NEWS_OF_A_DAY = frozenset({"complete", "correction", "hold", "no_go", "recall"})
COLLAPSES_WITHIN = timedelta(minutes=5)
NOTICE_BEFORE_T0 = timedelta(hours=24)
LONGEST_WAIT = timedelta(minutes=1)


def due_time(
    anchors: Mapping[str, datetime | None], anchor: str, offset: timedelta
) -> datetime | None:
    """The due time in elapsed time from the anchor; None while the anchor has not happened."""
    moment = anchors.get(anchor)
    return moment + offset if moment else None


def useful_until(kind: str, due: datetime, t0: datetime | None) -> datetime | None:
    """The instant from which the message would only confuse; None where an event ends its use.

    A plan may put a notice nearer to T0 than the usual limit; it is then of use until T0.
    """
    if kind == "notice" and t0:
        limit = t0 - NOTICE_ENDS_BEFORE_T0
        return limit if due < limit else t0
    if kind == "go_no_go" and t0:
        return t0
    if kind == "start":
        return None
    return due + (COMPLETION_IS_NEWS_FOR if kind in NEWS_OF_A_DAY else REPORT_IS_OF_USE_FOR)


def correction_due(rescheduled_at: datetime) -> datetime:
    """A while after the last move, so that somebody who tries three times tells once."""
    return rescheduled_at + COLLAPSES_WITHIN


def wait_before_retry(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 2 s, doubling, at most a minute."""
    return min(timedelta(seconds=2 ** min(max(attempts, 1), 6)), LONGEST_WAIT)


def in_words(anchor_title: str, offset: timedelta) -> str:
    """Such as “24 h before T0” or “at completion”."""
    title = anchor_title if anchor_title == "T0" else anchor_title[:1].lower() + anchor_title[1:]
    if not offset:
        return f"at {title}"
    return (
        f"{length_in_words(abs(offset))} {'before' if offset < timedelta(0) else 'after'} {title}"
    )


def length_in_words(length: timedelta) -> str:
    hours, rest = divmod(round(length.total_seconds() / 60), 60)
    parts = [f"{hours} h"] if hours else []
    return " ".join([*parts, f"{rest} min"] if rest or not hours else parts)
