"""The few shapes that every page draws alike: a status, a time, a reason beside a button."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from deployments.addresses import address
from deployments.conditions import length
from deployments.sentences import moved, who

register = template.Library()
register.filter(moved)
register.filter(who)
register.simple_tag(address)

# A state's word → its tone; the tone picks icon and colour, the word is always there too.
TONES: dict[str, str] = {
    "draft": "quiet", "in_review": "wait", "go": "good", "on_hold": "warn", "no_go": "bad",
    "in_progress": "run", "watching": "run", "closed": "good", "rolling_back": "bad",
    "rolled_back": "warn", "stopped": "bad", "cancelled": "quiet",
    "open": "quiet", "done": "good", "failed": "bad", "skipped": "warn", "not_applicable": "quiet",
    "pending": "quiet", "settling": "run", "sampling": "run", "passed": "good", "warned": "warn",
    "inconclusive": "warn", "errored": "warn", "stale": "warn", "waived": "warn",
    "approve": "good", "reject": "bad", "request_changes": "bad", "abstain": "quiet",
    "missing": "wait", "hold": "warn", "silent": "wait",
    "good": "good", "warn": "warn", "bad": "bad", "no_data": "warn", "error": "warn",
    "waiting": "wait", "running": "run", "stuck": "bad", "ended": "warn",
    "scheduled": "wait", "claimed": "run", "dispatching": "run", "sent": "good", "retry": "warn",
    "unknown": "warn", "superseded": "quiet", "missed": "warn", "bounced": "bad",
    "met": "good", "partly": "warn", "not_met": "bad",
    "asked": "bad", "unanswered": "bad", "stayed": "good", "withdrawn": "quiet",
    "succeeded": "good",
}  # fmt: skip
ICONS: dict[str, str] = {
    "good": "done", "bad": "bad", "warn": "warn", "wait": "wait", "run": "run", "quiet": "open",
}  # fmt: skip


@register.simple_tag(takes_context=True)
def place(context: Context, name: str) -> SafeString:
    """The attributes of a link of the header, which says when the page is there or below it."""
    there, here = address(name), context["request"].path
    if here == there:
        return format_html('href="{}" aria-current="page"', there)
    is_below = there != "/" and here.startswith(there)
    return format_html('href="{}" aria-current="true"' if is_below else 'href="{}"', there)


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("icons.svg"),
        name,
    )


@register.simple_tag
def status(state: str, word: str) -> SafeString:
    """Icon, word and colour together, so that none of them has to be told apart alone."""
    return _mark(str(state), str(word))


@cache
def _mark(state: str, word: str) -> SafeString:
    """A page of 500 items has a handful of different ones."""
    tone = TONES.get(state, "quiet")
    return format_html(
        '<span class="status-mark tone-{}">{} {}</span>', tone, icon(ICONS[tone]), word
    )


@register.simple_tag
def when(at: datetime | None, otherwise: str = "not set") -> SafeString:
    """An instant; the page's script shows it in the viewer's zone, without it it says UTC."""
    if at is None:
        return format_html('<span class="text-secondary">{}</span>', otherwise)
    instant = at.astimezone(UTC)
    return format_html(
        '<time datetime="{}" data-when>{} UTC</time>',
        instant.isoformat(timespec="seconds"),
        f"{instant:%d %b %Y, %H:%M}",
    )


@register.simple_tag
def clock(at: datetime | None) -> SafeString | str:
    """An instant of the day as the clock shows it; the date is in its title."""
    if at is None:
        return ""
    instant = at.astimezone(UTC)
    said = (instant.isoformat(timespec="seconds"), f"{instant:%H:%M}")
    return format_html('<time datetime="{}" data-clock>{} UTC</time>', *said)


@register.simple_tag
def planned(at: datetime | None, zone: str) -> str:
    """The wall clock of whoever planned it, with the name of that zone."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M} {zone}" if at else ""


@register.filter
def length_of(time: timedelta) -> str:
    return length(int(time.total_seconds()))


@register.filter
def percent(done: int, total: int) -> int:
    return done * 100 // total if total else 0


@register.filter
def length_in_words(time: timedelta | None) -> str:
    """A length of time as a person says it, to the minute: “2 h 5 min”."""
    if time is None:
        return "no time"
    minutes = round(abs(time).total_seconds() / 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "less than a minute"


@register.filter
def excess(time: timedelta) -> str:
    """How much longer than planned something took, or shorter."""
    return f"{length_in_words(time)} {'longer' if time > timedelta(0) else 'shorter'}"


@register.filter
def lateness(time: timedelta) -> str:
    """How much later than planned something was, or earlier."""
    return f"{length_in_words(time)} {'late' if time > timedelta(0) else 'early'}"
