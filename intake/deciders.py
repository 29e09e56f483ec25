"""Who decides on a rollback trigger, where its line says so: “… (decided by the product owner)”."""

import re

from intake.roles import Role, known_role

LONGEST = 400
_SAID = re.compile(
    r"[\s(\[—–:;,.-]+(?:decided by|who decides|decision(?: by| of)?|decider|"
    r"entscheidet|entscheidung)(?:\s*[:：]\s*|\s+)(?:the\s+)?(?P<value>[^()\[\]|;:：]{1,80}?)[)\].\s]*$",
    re.IGNORECASE,
)
_OPS_LEADS = re.compile(r"ops leads?\b", re.IGNORECASE)


def split_decider(text: str) -> tuple[str, Role | None]:
    """The line without these words, and the role that they name.

    Nobody is invented: a role that is not known stays a remark. The ops leads decide anyway.
    """
    start = max(0, len(text) - LONGEST)
    found = _SAID.search(text, start)
    if found is None:
        return text, None
    is_usual = _OPS_LEADS.match(found["value"]) is not None
    role = None if is_usual else known_role(found["value"])
    return (text[: found.start()], role) if role or is_usual else (text, None)
