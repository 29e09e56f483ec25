"""A red gate is waived by two people, until an end, for the question that was asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from approvals import services
from approvals.dossier import freeze
from approvals.models import Waiver
from approvals.rollcall import roll_call
from approvals.services.waiving import Terms
from approvals.verdict import readiness
from approvals.waiver_forms import AskForm
from deployments import clock
from deployments.exceptions import Forbidden, Invalid, NeedsFreshAuthentication, Overtaken, Refused
from deployments.models import Deployment
from deployments.services import grant_role
from gates.enums import GateState
from gates.models import Gate
from tests.approvals.makers import make_waiver
from tests.builders import make_deployment, make_proof, make_role, signed_in
from tests.gates.makers import make_gate


@pytest.fixture
def deployment(team) -> Deployment:
    return make_deployment(team)


@pytest.fixture
def gate(deployment) -> Gate:
    made = make_gate(deployment, title="Coverage")
    Gate.objects.filter(pk=made.pk).update(
        state=GateState.FAILED, state_at=clock.now(), state_reason="80 %, needs more than 85 %"
    )
    made.refresh_from_db()
    return made


def terms(team, **more) -> Terms:
    facts = {
        "reason": "Known and harmless",
        "risk_owner": team.product_owner,
        "ends_at": clock.now() + timedelta(hours=3),
        **more,
    }
    return Terms(**facts)


def ask(team, gate, actor=None, **more) -> Waiver:
    return services.ask_waiver(
        gate, terms(team, **more), actor=actor or team.release_manager, proof=make_proof()
    )


def sign(waiver, actor) -> Waiver:
    return services.sign_waiver(waiver, actor=actor, proof=make_proof())


def keys(deployment: Deployment) -> tuple[list[str], list[str]]:
    deployment.refresh_from_db()
    verdict = readiness(deployment)
    gates = ("gate:", "waived:")
    return (
        [one.key for one in verdict.blockers if one.key.startswith(gates)],
        [one.key for one in verdict.warnings if one.key.startswith(gates)],
    )


def test_gate_is_waived_only_by_the_second_signature(team, deployment, gate):
    waiver = ask(team, gate)
    assert keys(deployment) == (["gate:coverage"], [])
    sign(waiver, team.technical_lead)
    assert keys(deployment) == ([], ["waived:coverage"])
    (warning,) = [one for one in readiness(deployment).warnings if "waived" in one.key]
    until = f"{waiver.ends_at:%d %b %H:%M} UTC"
    assert warning.clause == (
        "Coverage failed: 80 %, needs more than 85 % (waived until"
        f" {until} at the risk of Product Owner)"
    )
    verbs = deployment.events.filter(object_kind="gate").order_by("sequence")
    assert list(verbs.values_list("verb", "actor_name"))[-2:] == [
        ("waiver asked", "Release Manager"), ("gate waived", "Technical Lead"),
    ]  # fmt: skip


def test_waiver_ends_by_itself(team, deployment, gate):
    sign(ask(team, gate), team.technical_lead)
    Waiver.objects.update(asked_at=clock.now() - timedelta(hours=2), ends_at=clock.now())
    assert keys(deployment) == (["gate:coverage"], [])


@pytest.mark.parametrize("change", [{"condition": "coverage > 90 %"}, {"settings": {"a": 1}}])
def test_another_question_is_not_waived(team, deployment, gate, change):
    sign(ask(team, gate), team.technical_lead)
    Gate.objects.update(**change)
    assert keys(deployment) == (["gate:coverage"], [])


def test_another_commit_is_not_waived(team, deployment, gate):
    sign(ask(team, gate), team.technical_lead)
    Deployment.objects.update(commit="f" * 40)
    assert keys(deployment) == (["gate:coverage"], [])


def test_gate_that_may_no_longer_be_waived_blocks_again(team, deployment, gate):
    """Impossible for gates marked unwaivable (SEMANTICS §4), whenever they are marked so."""
    sign(ask(team, gate), team.technical_lead)
    Gate.objects.update(unwaivable=True)
    assert keys(deployment) == (["gate:coverage"], [])
    assert freeze(deployment, readiness(deployment), roll_call(deployment, clock.now()))[
        "waivers"
    ] == []  # fmt: skip


@pytest.mark.parametrize(("settings", "is_waived"), [({}, False), ({"branch": "main"}, True)])
def test_another_branch_is_not_waived_where_a_gate_asks_for_it(
    team, deployment, gate, settings, is_waived
):
    Gate.objects.update(kind="git", settings={"repository": "shop", **settings})
    gate.refresh_from_db()
    sign(ask(team, gate), team.technical_lead)
    Deployment.objects.update(branch="another")
    assert (keys(deployment) == ([], ["waived:coverage"])) is is_waived


def test_waiver_that_is_taken_back_blocks_again(team, deployment, gate):
    waiver = sign(ask(team, gate), team.technical_lead)
    services.end_waiver(waiver, actor=team.ops_lead, reason="The scanner is back")
    assert keys(deployment) == (["gate:coverage"], [])
    with pytest.raises(Refused):
        services.end_waiver(waiver, actor=team.ops_lead, reason="again")


def test_dossier_holds_the_waiver(team, deployment, gate):
    sign(ask(team, gate), team.technical_lead)
    (found,) = freeze(deployment, readiness(deployment), roll_call(deployment, clock.now()))[
        "waivers"
    ]
    assert (found["gate"], found["risk_owner"], found["signed_by"]) == (
        "coverage", "Product Owner", "Technical Lead",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("security", "This waiver needs the signature of a technical lead of this service."),
        ("release_manager", "This waiver needs the signature of a technical lead"),
        ("ops_lead", "This waiver needs the signature of a technical lead"),
    ],
)
def test_others_may_not_sign(team, gate, who, sentence):
    waiver = ask(team, gate)
    with pytest.raises(Forbidden) as caught:
        sign(waiver, getattr(team, who))
    assert caught.value.sentence.startswith(sentence)


def test_security_gate_needs_security(team, deployment):
    scan = make_gate(deployment, kind="trivy", title="Scan")
    Gate.objects.filter(pk=scan.pk).update(state=GateState.FAILED)
    waiver = ask(team, scan)
    with pytest.raises(Forbidden):
        sign(waiver, team.technical_lead)
    assert sign(waiver, team.security).signed_role == "security"


def test_whoever_asked_may_not_sign(team, gate):
    waiver = make_waiver(gate, asked_by=team.technical_lead)
    with pytest.raises(Forbidden) as caught:
        sign(waiver, team.technical_lead)
    assert caught.value.sentence == (
        "Whoever asked for the waiver may not sign it; another person does."
    )


def test_requester_may_not_sign(team, gate):
    grant_role(team.service, make_role("technical_lead"), team.release_manager, actor=None)
    waiver = ask(team, gate, actor=team.ops_lead)
    with pytest.raises(Forbidden) as caught:
        sign(waiver, team.release_manager)
    assert caught.value.sentence == "Whoever requested the deployment may not sign a waiver for it."


def test_both_acts_need_fresh_authentication(team, gate):
    with pytest.raises(NeedsFreshAuthentication):
        services.ask_waiver(gate, terms(team), actor=team.release_manager, proof=None)
    waiver = ask(team, gate)
    with pytest.raises(NeedsFreshAuthentication):
        services.sign_waiver(waiver, actor=team.technical_lead, proof=None)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (GateState.PASSED, "“Coverage” is passed; only a red gate is waived."),
        (GateState.PENDING, "“Coverage” is not run yet; only a red gate is waived."),
        (GateState.SAMPLING, "“Coverage” is sampling; only a red gate is waived."),
    ],
)
def test_only_red_gates_are_waived(team, gate, state, sentence):
    Gate.objects.update(state=state)
    with pytest.raises(Refused) as caught:
        ask(team, gate)
    assert caught.value.sentence == sentence


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"unwaivable": True}, "“Coverage” cannot be waived: the plan says so."),
        ({"required": False}, "“Coverage” is advisory and blocks nothing."),
    ],
)
def test_some_gates_are_never_waived(team, gate, change, sentence):
    Gate.objects.update(**change)
    with pytest.raises(Refused) as caught:
        ask(team, gate)
    assert caught.value.sentence == sentence


def test_terms_are_asked_for(team, deployment, gate):
    late = deployment.window_end + timedelta(hours=48, minutes=1)
    for more, sentence in (
        ({"reason": " "}, "Say why the release may go on although the gate is red."),
        ({"ends_at": clock.now()}, "A waiver ends in the future."),
        ({"ends_at": late}, "A waiver ends at the latest with the watch, "),
        ({"risk_owner": team.outsider}, "The risk is owned by somebody who sees this service."),
        ({"risk_owner": None}, "Name the person who owns the risk."),
    ):
        with pytest.raises(Invalid) as caught:
            ask(team, gate, **more)
        assert caught.value.sentence.startswith(sentence)
    assert Waiver.objects.count() == 0


def test_second_request_is_told_who_was_faster(team, gate):
    ask(team, gate)
    with pytest.raises(Overtaken) as caught:
        ask(team, gate, actor=team.ops_lead)
    assert caught.value.sentence == "Release Manager asked for a waiver of this gate already."


def test_database_refuses_one_person_twice_and_two_open_ones(team, gate):
    waiver = ask(team, gate)
    with pytest.raises(IntegrityError), transaction.atomic():
        Waiver.objects.update(signed_by=team.release_manager, signed_at=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        make_waiver(gate, asked_by=team.member)
    waiver.refresh_from_db()
    assert waiver.signed_at is None


@pytest.mark.parametrize(
    ("local", "ends", "said"),
    [
        ("2027-10-31T02:30", datetime(2027, 10, 31, 0, 30, tzinfo=UTC), ""),
        ("2027-03-28T02:30", None, "does not exist in Europe/Vienna"),
        ("2027-03-14T02:30", datetime(2027, 3, 14, 1, 30, tzinfo=UTC), ""),
    ],
)
def test_end_of_a_waiver_is_on_the_clock_of_the_deployment_and_the_earlier_of_two(
    team, deployment, local, ends, said
):
    """The clock of whoever asks changes on another day, and says nothing of it."""
    deployment.zone = "Europe/Vienna"
    request = RequestFactory().post("/")
    request.user, request.session = team.release_manager, signed_in(team.release_manager).session
    told = {"reason": "Known", "risk_owner": team.product_owner.pk, "ends_at": local}
    with timezone.override("America/New_York"):
        form = AskForm(request, deployment, told)
        assert form.is_valid() == (not said), form.errors
    assert form.cleaned_data.get("ends_at") == ends
    assert said in str(form.errors)


def test_pages_walk_through_a_waiver(team, deployment, gate):
    address = reverse("approvals:waiver", args=[deployment.pk, gate.key])
    ends = (deployment.t0 + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    told = {"reason": "Known", "risk_owner": team.product_owner.pk, "ends_at": ends}
    assert signed_in(team.release_manager).post(address, told)["Location"] == address
    waiver = Waiver.objects.get()
    page = signed_in(team.technical_lead).get(address).content.decode()
    assert "Waits for a second signature" in page
    where = reverse("approvals:sign_waiver", args=[deployment.pk, waiver.pk])
    assert signed_in(team.technical_lead).post(where)["Location"] == address
    gates = signed_in(team.member).get(f"/deployments/{deployment.pk}/gates/").content.decode()
    assert "signed by Technical Lead: Known" in gates
    assert signed_in(team.outsider).get(address).status_code == 404
