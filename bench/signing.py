"""S4: a hundred people sign one deployment at once; password checks are before the clock."""

import time

from approvals import services
from approvals.enums import Choice
from approvals.models import Standing, Vote
from approvals.shown import Shown
from bench.database import database
from deployments.services import grant_role
from tests.builders import make_deployment, make_person, make_proof, make_role, make_team
from tests.threads import at_once

PEOPLE = 100


def main() -> None:
    with database("bench_signing"):
        team = make_team()
        people = [make_person(f"signer{number}") for number in range(PEOPLE)]
        for person in people:
            grant_role(team.service, make_role("product_owner"), person, actor=None)
        deployment = make_deployment(team, roles=("product_owner",), submitted=True)
        rule, shown, proof = deployment.rules.get(), Shown.of(deployment), make_proof()
        began = time.perf_counter()
        answers = at_once(
            *(
                lambda person=person: services.sign(
                    deployment.pk, rule.pk, Choice.APPROVE, actor=person, proof=proof, shown=shown
                )
                for person in people
            )
        )
        took = time.perf_counter() - began
        lost = [answer for answer in answers if not isinstance(answer, Vote)]
        print(f"people {PEOPLE}, lost {len(lost)}, counted {Standing.objects.count()}")
        print(f"votes a second: {PEOPLE / took:.0f}   (promised: 100)")


if __name__ == "__main__":
    main()
