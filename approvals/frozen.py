"""A dossier as its page reads it: plain data of one decision, in words and with real instants.

Nothing but the stored row is asked, so that the page is the same months later. Rows written before
the dossier had a version lack some parts; those stay empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from approvals.enums import Choice, Verdict
from approvals.models import Decision
from checklists.enums import ItemState
from gates.enums import GateState

Facts = Mapping[str, Any]
STATES = dict(ItemState.choices)
GATE_STATES = dict(GateState.choices)
CHOICES = dict(Choice.choices)


def dossier_page(decision: Decision) -> dict[str, Any]:
    facts: Facts = decision.dossier
    return {
        "named": facts.get("deployment", {}),
        "second_person": facts.get("second_person", ""),
        "sentence": facts.get("sentence", ""),
        "zone": facts.get("zone", "UTC"),
        "t0": instant(facts.get("t0")),
        "window_end": instant(facts.get("window_end")),
        "blockers": facts.get("blockers", []),
        "warnings": facts.get("warnings", []),
        "rules": [_rule(one, facts.get("votes", [])) for one in _rules(facts)],
        "gates": [_gate(one) for one in facts.get("gates", [])],
        "items": [_item(one) for one in facts.get("items", [])],
        "waivers": [_waiver(one) for one in facts.get("waivers", [])],
        "freezes": [_freeze(one) for one in facts.get("freezes", [])],
        "poll": _poll(facts.get("poll", {})),
    }


def instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _rules(facts: Facts) -> list[Facts]:
    """The rules of then; what was frozen before they were kept tells them by its votes."""
    if "rules" in facts:
        rules: list[Facts] = facts["rules"]
        return rules
    told = {
        (vote["role"], vote["statement"]): {
            "role": vote["role"],
            "title": vote["role"].replace("_", " ").capitalize(),
            "statement": vote["statement"],
        }
        for vote in facts.get("votes", [])
    }
    return list(told.values())


def _rule(rule: Facts, votes: list[Facts]) -> dict[str, Any]:
    under = [
        {**vote, "at": instant(vote["at"]), "label": CHOICES.get(vote["choice"], vote["choice"])}
        for vote in votes
        if _is_under(vote, rule)
    ]
    return {**rule, "votes": under}


def _is_under(vote: Facts, rule: Facts) -> bool:
    """By the key of the rule; before that was kept, by its words, which may be others by now."""
    if "key" in rule:
        return bool(vote.get("rule") == rule["key"])
    return (vote["role"], vote["statement"]) == (rule["role"], rule["statement"])


def _gate(gate: Facts) -> dict[str, Any]:
    return {
        **gate,
        "label": GATE_STATES.get(gate["state"], gate["state"]),
        "sampled_at": instant(gate.get("sampled_at")),
    }


def _item(item: Facts) -> dict[str, Any]:
    label = STATES.get(item["state"], item["state"])
    return {**item, "label": label, "at": instant(item.get("at"))}


def _waiver(waiver: Facts) -> dict[str, Any]:
    times = ("ends_at", "asked_at", "signed_at")
    return {**waiver, **{name: instant(waiver[name]) for name in times}}


def _freeze(freeze: Facts) -> dict[str, Any]:
    windows = [
        {name: instant(window[name]) for name in ("starts_at", "ends_at")}
        for window in freeze["windows"]
    ]
    return {**freeze, "windows": windows, "exempted_at": instant(freeze["exempted_at"])}


def _poll(poll: Facts) -> dict[str, Any]:
    roles = [
        {
            **role,
            "label": Verdict(role["word"]).label if role["word"] else "Silent",
            "answers": [
                {**one, "label": Verdict(one["word"]).label, "at": instant(one["at"])}
                for one in role["answers"]
            ],
        }
        for role in poll.get("roles", [])
    ]
    return {**poll, "opened_at": instant(poll.get("opened_at")), "roles": roles}
