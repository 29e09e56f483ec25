"""What the watch says about readiness: nothing may roll back by itself that nothing measures."""

from collections import defaultdict
from collections.abc import Sequence

from deployments.blockers import Blocker, Findings
from deployments.models import Deployment
from monitoring.enums import TriggerMode
from monitoring.models import Trigger


def find(deployments: Sequence[Deployment]) -> dict[int, Findings]:
    # No metric of a service has a source yet, so no automatic trigger could ever fire.
    automatic = Trigger.objects.filter(deployment__in=deployments, mode=TriggerMode.AUTOMATIC)
    found: dict[int, list[Blocker]] = defaultdict(list)
    for trigger in automatic.order_by("position"):
        clause = f"“{trigger.text}” is to roll back by itself, but nothing measures it"
        found[trigger.deployment_id].append(Blocker(f"trigger:{trigger.key}", clause, "watch"))
    return {pk: Findings(blockers=blockers) for pk, blockers in found.items()}
