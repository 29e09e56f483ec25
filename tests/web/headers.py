"""X9: what every answer says to browsers and proxies, and what is wrong with one that does not."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpResponseBase

STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
}
SENT = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# A letter is drawn with styles of its own, as in a mail program: in a frame of ours, where nothing
# runs, nothing is fetched and nothing is sent.
LETTERS = {"communications:preview_page", "communications:message_page"}
LETTER = {
    **dict.fromkeys(STRICT, "'none'"),
    "style-src": "'unsafe-inline'",
    "frame-ancestors": "'self'",
    "sandbox": "allow-popups",
}
FRAMING = {"communications:preview", "communications:message", "communications:reword"}
# Kept files: no browser is to do anything with them, whoever wrote them.
FILES = {"checklists:evidence_file", "checklists:evidence_image"}
# Whoever opens it from a mail sends no word of it to anybody, not even to this portal.
UNLISTED_REFERRER = "no-referrer"


def policy(answer: HttpResponseBase) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts}


def decided(name: str, answer: HttpResponseBase) -> dict[str, str]:
    """The policy for this address; whatever draws no letter, file or frame has the strict one."""
    if answer.status_code == 200 and name in LETTERS:
        return LETTER
    if answer.status_code == 200 and name in FILES:
        return {"sandbox": "", "default-src": "'none'"}
    is_framing = name in FRAMING and b"<iframe " in getattr(answer, "content", b"")
    return STRICT | ({"frame-src": "'self'"} if is_framing else {})


def faults(name: str, answer: HttpResponseBase) -> Iterator[str]:
    kept = {part.strip() for part in answer["Cache-Control"].split(",")}
    if not kept >= {"private", "no-store"}:
        yield f"{name}: Cache-Control {answer['Cache-Control']}"
    if policy(answer) != decided(name, answer):
        yield f"{name}: {policy(answer)}"
    if "camera=(), " not in answer["Permissions-Policy"]:
        yield f"{name}: Permissions-Policy {answer['Permissions-Policy']}"
    for header, value in SENT.items():
        if answer[header] not in allowed(name, header, value):
            yield f"{name}: {header} {answer[header]}"


def allowed(name: str, header: str, value: str) -> set[str]:
    if header == "X-Frame-Options" and name in LETTERS:
        return {"SAMEORIGIN", value}
    return {value, UNLISTED_REFERRER} if header == "Referrer-Policy" else {value}
