"""R4: a hundred acts at the same instant have one legal outcome, and none of them is lost.

PORTAL_CHAOS=1 repeats it for many rounds.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from approvals import services
from approvals.enums import Choice, Verdict
from approvals.models import Answer, Decision, Vote
from approvals.shown import Shown
from audit.verification import verify
from checklists import services as checklists
from checklists.enums import ItemState
from deployments import clock
from deployments.exceptions import Refused
from deployments.facts import Facts
from deployments.models import ContentVersion, Deployment, Event
from deployments.services import edit_facts, schedule
from tests.approvals.plain import Plain
from tests.approvals.plain_facts import EDITORS, MINUTE, RULES
from tests.approvals.signoff_plan import HELD, make_asked, prepare
from tests.builders import Team, make_proof, make_team
from tests.threads import at_once

ROUNDS = 40 if os.environ.get("PORTAL_CHAOS") else 2
ACTS = 100
SIGNERS = (
    ("product_owner", "product_owner"),
    ("security", "security"),
    ("security", "business"),
    ("operations", "operations"),
)
CHOICES = {
    "signed": Choice.APPROVE,
    "rejected": Choice.REJECT,
    "changes requested": Choice.REQUEST_CHANGES,
    "abstained": Choice.ABSTAIN,
    "signature withdrawn": Choice.WITHDRAW,
}


# In a storm that begins with nothing done, and in one where a GO is possible at first.
BEGINNING = ["sign"] * 8 + ["answer"] * 4 + ["edit", "decide"]
NEAR_GO = ["sign"] * 4 + ["answer"] * 4 + ["edit"] + ["decide"] * 6


def one_act(
    chance: Random, team: Team, deployment: Deployment, kinds: list[str]
) -> Callable[[], Any]:
    """Somebody signs, takes back, edits, answers or decides, as the page showed it before."""
    rule = chance.choice(list(deployment.rules.select_related("role")))
    person = team.people[chance.choice(sorted(HELD[rule.role.key]))]
    shown, pk = Shown.of(deployment), deployment.pk
    word = chance.choice(list(Verdict))
    match chance.choice(kinds):
        case "sign":
            choice = chance.choice([Choice.APPROVE] * 4 + list(Choice))
            return lambda: services.sign(pk, rule.pk, choice, actor=person, proof=make_proof(),
                                         shown=shown, reason="so")  # fmt: skip
        case "answer":
            return lambda: services.answer(pk, rule.role_id, word, actor=person, remark="so")
        case "edit":
            facts = Facts.of(deployment)
            wanted = replace(facts, package=f"Storage layer {chance.random()}")
            editor = team.people[chance.choice(EDITORS)]
            return lambda: edit_facts(pk, wanted, actor=editor, shown=facts.fingerprint)
        case _:
            verdict = chance.choice([Verdict.GO, Verdict.GO, Verdict.HOLD, Verdict.NO_GO])
            return lambda: services.decide(pk, verdict, actor=team.ops_lead, proof=make_proof(),
                                           reason="so", shown=shown)  # fmt: skip


def replay(deployment: Deployment, plain: Plain, after: int) -> None:
    """Told one after the other, each event is what the plain rules allow at its place."""
    for event in deployment.events.filter(sequence__gt=after):
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
            closes = [] if plain.decisions else ["poll closed"]
            assert plain.decide(verdict, event.at) == [*closes, "decided"]


def make_go_possible(team: Team, deployment: Deployment, plain: Plain) -> None:
    """Everything is done, signed and answered, by the portal's rules and by the plain ones."""
    checklists.set_state(
        deployment.pk, deployment.items.get(position=1).pk, ItemState.DONE, actor=team.member
    )
    plain.is_ticked = True
    rules = {one.role.key: one for one in deployment.rules.select_related("role")}
    shown = Shown.of(deployment)
    for role, name in SIGNERS:
        assert plain.sign(name, role, Choice.APPROVE, clock.now())
        services.sign(deployment.pk, rules[role].pk, Choice.APPROVE, actor=team.people[name],
                      proof=make_proof(), shown=shown)  # fmt: skip
        assert plain.answer(name, role, Verdict.GO, clock.now())
        services.answer(deployment.pk, rules[role].role_id, Verdict.GO, actor=team.people[name])


@pytest.mark.timeout(3600 if ROUNDS > 2 else 120)
def test_hundred_acts_at_once_have_one_legal_outcome(committed: dict[str, str]) -> None:
    team = make_team()
    prepare(team)
    for seed in range(ROUNDS):
        storm(team, Random(seed), BEGINNING)


@pytest.mark.timeout(3600 if ROUNDS > 2 else 120)
def test_hundred_acts_at_once_around_a_possible_go_have_one_legal_outcome(
    committed: dict[str, str],
) -> None:
    team = make_team()
    prepare(team)
    for seed in range(ROUNDS):
        storm(team, Random(seed), NEAR_GO)


def storm(team: Team, chance: Random, kinds: list[str]) -> None:
    pk = make_asked(team).pk
    t0 = clock.now() + 50 * MINUTE
    schedule(pk, t0, actor=team.release_manager)
    services.submit(pk, actor=team.release_manager)
    deployment = Deployment.objects.get(pk=pk)
    held = {role: set(names) for role, names in HELD.items()}
    plain = Plain(t0, deployment.package, held)
    assert plain.submit(clock.now()) == ["submitted", "poll opened"]
    assert set(RULES) == {one.role.key for one in deployment.rules.select_related("role")}

    if kinds is NEAR_GO:
        make_go_possible(team, deployment, plain)
        deployment.refresh_from_db()
    begun, votes, said = deployment.event_count, deployment.votes.count(), len(plain.words)
    assert votes == said

    answers = at_once(*(one_act(chance, team, deployment, kinds) for _ in range(ACTS)))

    lost = [one for one in answers if isinstance(one, Exception) and not isinstance(one, Refused)]
    assert lost == []
    kept = Counter(type(one) for one in answers if not isinstance(one, Exception))
    deployment.refresh_from_db()
    assert deployment.votes.count() == kept[Vote] + votes
    # A GO may be replaced by a hold or a no-go; from these only a person leads back to the review.
    assert deployment.decisions.count() == kept[Decision] <= 2
    assert Answer.objects.filter(round__deployment=pk).count() == kept[Answer] + votes
    assert deployment.events.filter(verb="facts changed").count() == kept[Event] <= 1
    replay(deployment, plain, begun)
    assert (deployment.state, deployment.package) == (plain.state, plain.content)
    assert deployment.decisions.filter(replaced_by=None).count() == min(1, kept[Decision])
    assert verify(f"deployment:{pk}").faults == []
