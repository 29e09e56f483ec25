"""Two at the same instant on one plan: one legal outcome, and the slower one is told."""

from __future__ import annotations

from dataclasses import replace

from approvals import services as approvals
from approvals.cost import Costly, weighed
from approvals.enums import Choice
from approvals.models import Vote
from approvals.shown import Shown
from approvals.signoff import counting, standings
from checklists.parts import Items
from deployments import editing
from deployments.exceptions import Overtaken
from deployments.models import Deployment, Event
from tests.builders import Team, make_deployment, make_proof, make_team
from tests.threads import at_once

ITEMS = Items()
ROUNDS = 5


def scene(number: int) -> tuple[Team, Deployment]:
    team = make_team(f"service-{number}", prefix=f"{number}-")
    made = make_deployment(team, items=("One", "Two", "Three"), roles=("security",), submitted=True)
    return team, made


def test_one_of_two_editors_is_told_who_was_faster(committed: object) -> None:
    for number in range(ROUNDS):
        team, deployment = scene(number)
        row = ITEMS.rows(deployment)[0]
        now = ITEMS.plan_of(row)

        def save(text: str) -> Event | None:
            return editing.change(
                ITEMS, deployment.pk, row.pk, replace(now, text=text),  # noqa: B023 - run here
                actor=team.release_manager, shown=now.fingerprint,  # noqa: B023
            )  # fmt: skip

        answers = at_once(lambda: save("Mine"), lambda: save("Theirs"))
        refused = [one for one in answers if isinstance(one, Overtaken)]
        saved = [one for one in answers if isinstance(one, Event)]
        assert (len(refused), len(saved)) == (1, 1)
        assert ITEMS.rows(deployment)[0].text == saved[0].after["text"]


def test_signature_that_arrives_first_has_to_be_known(committed: object) -> None:
    """No signature becomes stale by a save that did not say so."""
    for number in range(ROUNDS):
        team, deployment = scene(number)
        row = ITEMS.rows(deployment)[0]
        now, shown, proof = ITEMS.plan_of(row), Shown.of(deployment), make_proof()
        rule = deployment.rules.get()

        def save() -> object:
            return weighed(
                deployment.pk,  # noqa: B023 - run here
                lambda: editing.change(
                    ITEMS, deployment.pk, row.pk, replace(now, text="Other"),  # noqa: B023
                    actor=team.release_manager, shown=now.fingerprint,  # noqa: B023
                ),
                known="",
            )  # fmt: skip

        def sign() -> object:
            return approvals.sign(
                deployment.pk, rule.pk, Choice.APPROVE, actor=team.security,  # noqa: B023
                proof=proof, shown=shown,  # noqa: B023
            )  # fmt: skip

        saved, signed = at_once(save, sign)
        fresh = Deployment.objects.get(pk=deployment.pk)
        if isinstance(saved, Costly):
            assert isinstance(signed, Vote)
            assert (fresh.content_hash, counting(standings(fresh))) == (deployment.content_hash, 1)
        else:
            assert isinstance(saved, Event)
            assert isinstance(signed, Overtaken)
            assert not Vote.objects.filter(deployment=deployment).exists()


def test_two_who_move_leave_one_order(committed: object) -> None:
    for number in range(ROUNDS):
        team, deployment = scene(number)
        one, two, three = [row.pk for row in ITEMS.rows(deployment) if row.kind == "check"]

        def move(pk: int, place: str) -> Event | None:
            return editing.move(ITEMS, deployment.pk, pk, place, actor=team.release_manager)  # noqa: B023

        at_once(lambda: move(three, f"before-{one}"), lambda: move(two, "up"))  # noqa: B023
        rows = list(ITEMS.rows(deployment))
        assert [row.position for row in rows] == [1, 2, 3, 4]
        assert {row.pk for row in rows[:3]} == {one, two, three}
