"""R4: a hundred acts at the same instant have one legal outcome, and none of them is lost.

PORTAL_CHAOS=1 repeats it for many rounds.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from approvals import services
from approvals.enums import Choice, Verdict
from approvals.models import Answer, Decision, Vote
from approvals.shown import Shown
from audit.verification import verify
from deployments import clock
from deployments.enums import State
from deployments.exceptions import Refused
from deployments.facts import Facts
from deployments.models import ContentVersion, Deployment, Event
from deployments.services import edit_facts, schedule
from tests.approvals.plain import EDITORS, MINUTE, RULES, Plain
from tests.approvals.test_state_machine import HELD, make_asked, prepare
from tests.builders import Team, make_proof, make_team
from tests.threads import at_once

ROUNDS = 40 if os.environ.get("PORTAL_CHAOS") else 2
ACTS = 100
CHOICES = {
    "signed": Choice.APPROVE,
    "rejected": Choice.REJECT,
    "changes requested": Choice.REQUEST_CHANGES,
    "abstained": Choice.ABSTAIN,
    "signature withdrawn": Choice.WITHDRAW,
}


def one_act(chance: Random, team: Team, deployment: Deployment) -> Callable[[], Any]:
    """Somebody signs, takes back, edits, answers or decides, as the page showed it before."""
    rule = chance.choice(list(deployment.rules.select_related("role")))
    person = team.people[chance.choice(sorted(HELD[rule.role.key]))]
    shown, pk = Shown.of(deployment), deployment.pk
    word = chance.choice(list(Verdict))
    match chance.choice(["sign"] * 8 + ["answer"] * 4 + ["edit", "decide"]):
        case "sign":
            choice = chance.choice([Choice.APPROVE] * 4 + list(Choice))
            return lambda: services.sign(pk, rule.pk, choice, actor=person, proof=make_proof(),
                                         shown=shown, reason="so")  # fmt: skip
        case "answer":
            return lambda: services.answer(pk, rule.role_id, word, actor=person, remark="so")
        case "edit":
            facts = Facts.of(deployment)
            wanted = Facts(f"Storage layer {chance.random()}", facts.branch, facts.commit,
                           facts.digest, facts.lead)  # fmt: skip
            editor = team.people[chance.choice(EDITORS)]
            return lambda: edit_facts(pk, wanted, actor=editor, shown=facts.fingerprint)
        case _:
            verdict = chance.choice([Verdict.HOLD, Verdict.NO_GO])
            return lambda: services.decide(pk, verdict, actor=team.ops_lead, proof=make_proof(),
                                           reason="so", shown=shown)  # fmt: skip


def replay(deployment: Deployment, plain: Plain) -> None:
    """Told one after the other, each event is what the plain rules allow at its place."""
    for event in deployment.events.filter(sequence__gt=deployment_start(deployment)):
        verb = event.verb
        if verb in CHOICES:
            vote = Vote.objects.get(pk=event.object_id)
            role = vote.rule.role.key
            assert plain.sign(vote.person.username, role, CHOICES[verb], event.at) == [verb]
        elif verb == "answered":
            said = Answer.objects.get(pk=event.object_id)
            word = Verdict(said.word)
            assert plain.answer(said.person.username, said.role.key, word, event.at)
        elif verb == "content changed":
            package = ContentVersion.objects.get(pk=event.object_id).content["deployment"][
                "package"
            ]
            assert event.actor is not None
            assert plain.edit(event.actor.username, package)
        elif verb == "decided":
            verdict = Verdict(deployment.decisions.get(at=event.at).verdict)
            assert plain.decide(verdict, event.at) == ["poll closed", "decided"]


def deployment_start(deployment: Deployment) -> int:
    return deployment.events.get(verb="poll opened").sequence


@pytest.mark.timeout(3600 if ROUNDS > 2 else 120)
def test_hundred_acts_at_once_have_one_legal_outcome(committed: dict[str, str]) -> None:
    team = make_team()
    prepare(team)
    for seed in range(ROUNDS):
        storm(team, Random(seed))


def storm(team: Team, chance: Random) -> None:
    pk = make_asked(team).pk
    t0 = clock.now() + 50 * MINUTE
    schedule(pk, t0, actor=team.release_manager)
    services.submit(pk, actor=team.release_manager)
    deployment = Deployment.objects.get(pk=pk)
    held = {role: set(names) for role, names in HELD.items()}
    plain = Plain(t0, deployment.package, held)
    assert plain.submit(clock.now()) == ["submitted", "poll opened"]
    assert set(RULES) == {one.role.key for one in deployment.rules.select_related("role")}

    answers = at_once(*(one_act(chance, team, deployment) for _ in range(ACTS)))

    lost = [one for one in answers if isinstance(one, Exception) and not isinstance(one, Refused)]
    assert lost == []
    kept = Counter(type(one) for one in answers if not isinstance(one, Exception))
    deployment.refresh_from_db()
    assert deployment.votes.count() == kept[Vote]
    assert deployment.decisions.count() == kept[Decision] <= 1
    assert Answer.objects.filter(round__deployment=pk).count() == kept[Answer]
    assert deployment.events.filter(verb="facts changed").count() == kept[Event] <= 1
    replay(deployment, plain)
    assert (deployment.state, deployment.package) == (plain.state, plain.content)
    assert State(deployment.state) in {State.IN_REVIEW, State.ON_HOLD, State.NO_GO}
    assert verify(f"deployment:{pk}").faults == []
