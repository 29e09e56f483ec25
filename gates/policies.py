"""Who may run a gate, report for it, or add one?"""

from collections.abc import Sequence

from accounts.models import User
from deployments.enums import BEFORE_START, Right
from deployments.exceptions import Forbidden, Invalid, Refused
from deployments.models import Deployment
from deployments.policies import Absent, Rights, refusal_without
from gates.enums import Kind
from gates.exceptions import NotRunnable
from gates.kinds import READ
from gates.models import Gate

MAY_RUN = frozenset({Right.TICK, Right.EDIT, Right.OPERATE})
MAY_REPORT = {"technical_lead", "security"}


def refusal_to_run_any(rights: Rights, deployment: Deployment) -> Refused | None:
    if not any(rights.has(right) for right in MAY_RUN):
        return Forbidden("Only members, release managers and ops leads of this service run gates.")
    return refusal_by_state(deployment, "run")


def refusal_to_edit_metrics(rights: Rights) -> Refused | None:
    return refusal_without(rights, Right.EDIT, "change its metrics")


def refusal_to_run(rights: Rights, gate: Gate, deployment: Deployment) -> Refused | None:
    return refusal_to_run_any(rights, deployment) or refusal_by_kind(gate)


def refusal_by_kind(gate: Gate) -> Refused | None:
    if gate.is_runnable:
        return None
    return NotRunnable(f"“{gate}” cannot be run: its result is reported.")


def refusal_by_state(deployment: Deployment, done: str) -> Refused | None:
    if deployment.state in BEFORE_START:
        return None
    standing = deployment.get_state_display().lower()
    return Refused(f"Gates are {done} before the start; the deployment is {standing}.")


def refusal_to_report(gate: Gate, deployment: Deployment) -> Refused | None:
    """What holds for machines and people alike."""
    if gate.kind != Kind.REPORTED:
        return Refused(
            f"“{gate}” is measured by the portal itself; nothing can be reported for it."
        )
    return refusal_by_state(deployment, "reported")


def refusal_to_hand_in(gate: Gate, deployment: Deployment) -> Refused | None:
    """What holds for a report file, whoever brings it."""
    if gate.kind not in READ:
        asked = "enter its value" if gate.kind == Kind.REPORTED else "it is measured by the portal"
        return Refused(f"“{gate}” is not answered by a report file: {asked}.")
    return refusal_by_state(deployment, "reported")


def refusal_to_hand_in_by_hand(
    rights: Rights, gate: Gate, deployment: Deployment, on_behalf_of: User | None = None
) -> Refused | None:
    refusal = refusal_by_hand(rights, gate, deployment, on_behalf_of)
    return refusal or refusal_to_hand_in(gate, deployment)


def refusal_to_report_by_hand(
    rights: Rights, gate: Gate, deployment: Deployment, on_behalf_of: User | None = None
) -> Refused | None:
    """Whether this person may enter a result; the same sentence stands beside the link."""
    refusal = refusal_by_hand(rights, gate, deployment, on_behalf_of)
    return refusal or refusal_to_report(gate, deployment)


def voices_by_hand(rights: Rights, gate: Gate, deployment: Deployment) -> list[User | None]:
    """Themselves (None) and those away, as far as a result may be entered; all where none may."""
    voices = rights.voices_as(MAY_REPORT)
    return [
        voice for voice in voices if refusal_by_hand(rights, gate, deployment, voice) is None
    ] or (voices or [None])


def absent_by_hand(rights: Rights, voices: Sequence[User | None]) -> list[Absent]:
    """Of those away for whom a result may be entered, who they are and until when."""
    return [one for one in rights.absent_as(MAY_REPORT) if one.person in voices]


def refusal_by_hand(
    rights: Rights, gate: Gate, deployment: Deployment, on_behalf_of: User | None
) -> Refused | None:
    if not rights.user.is_person or on_behalf_of not in rights.voices_as(MAY_REPORT):
        return Forbidden(
            f"You do not stand in for {on_behalf_of} as technical lead or security now."
            if on_behalf_of
            else "Only a technical lead or a security holder of this service may enter a result "
            "by hand."
        )
    if rights.user.pk == deployment.requester_id:
        return Forbidden("Whoever requested the deployment may not enter results for it.")
    if on_behalf_of is not None and on_behalf_of.pk == deployment.requester_id:
        return Forbidden(
            f"{on_behalf_of} requested the deployment; nobody enters results for them."
        )
    if gate.machine_only:
        return Refused(f"“{gate}” takes results from machines only.")
    return None


def refusal_of_evidence(value: str, evidence: str) -> Refused | None:
    if not value.strip():
        return Invalid("Enter the value that was measured, such as 491/491.")
    if not evidence.strip():
        return Invalid("Say where the value can be checked: a link, a file or a log line.")
    return None
