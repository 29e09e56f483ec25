"""A reading in a few lines for people, as the command prints it."""

from intake.reading import Reading

LISTED = (
    ("sections", "sections"),
    ("facts", "facts"),
    ("gates", "gates"),
    ("items", "check items"),
    ("choices", "choices"),
    ("steps", "steps"),
    ("commands", "commands"),
    ("conditions", "limits"),
    ("criteria", "success criteria"),
    ("approvals", "approvals"),
    ("authorization", "final authorizations"),
    ("messages", "messages"),
    ("widgets", "dashboard widgets"),
    ("notes", "notes"),
)


def summary(reading: Reading) -> str:
    """Counts first, then what a person should look at: unclear limits, roles, notes, gaps."""
    boxes = (
        f"{reading.boxes_total} boxes, {reading.boxes_done} ticked, "
        f"{reading.boxes_in_fences} in fences"
    )
    counts = [f"{len(getattr(reading, name)):>5} {title}" for name, title in LISTED]
    return "\n".join([boxes, *counts, *_to_look_at(reading)])


def _to_look_at(reading: Reading) -> list[str]:
    lines = [
        f"line {one.line}: a limit kept as text, no number was read: {one.text}"
        for one in reading.conditions
        if not one.parsed
    ]
    lines += [
        f"line {number}: looks like a box, none was read" for number in reading.box_like_unread
    ]
    asked = [(one.line, one.role_title, one.known_role) for one in reading.approvals]
    asked += [(one.line, one.role_title, one.known_role) for one in reading.authorization]
    lines += [
        f"line {line}: the role “{title}” is not known here and keeps its name"
        for line, title, known in asked
        if not known
    ]
    lines += [f"line {one.line}: a note, {one.reason}: {one.text}" for one in reading.notes]
    lines += [f"line {number}: not read" for number in reading.unread]
    return lines or ["Every line was understood."]
