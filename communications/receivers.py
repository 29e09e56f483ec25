"""What the message plan does when it hears of an event; each may hear it again."""

from communications import services
from communications.occasions import by_name, news
from deployments.models import Deployment, Event

# After each of these another anchor may be known, or rows may be missing for other reasons.
PLANS_AFTER = (
    "scheduled",
    "rescheduled",
    "submitted",
    "resumed",
    "decided",
    "glass broken",
    "started",
    "completed",
    "watch opened",
)


def plan(event: Event) -> None:
    if event.deployment_id:
        services.plan_messages(Deployment.objects.lock(event.deployment_id))


def correct(event: Event) -> None:
    if event.deployment_id:
        deployment = Deployment.objects.lock(event.deployment_id)
        news.tell_verdict_again(deployment, event)
        news.correct(deployment)


def tell_verdict(event: Event) -> None:
    if event.deployment_id:
        news.tell_verdict(Deployment.objects.lock(event.deployment_id), event)


def give_up(event: Event) -> None:
    if event.deployment_id:
        deployment = Deployment.objects.lock(event.deployment_id)
        services.cancel_messages(deployment)
        news.tell_cancelled(deployment, event)


def mention(event: Event) -> None:
    if event.deployment_id:
        by_name.mention(Deployment.objects.lock(event.deployment_id), event)


def remind(event: Event) -> None:
    if event.deployment_id:
        by_name.remind(Deployment.objects.lock(event.deployment_id), event)


def ask_to_sign(event: Event) -> None:
    if event.deployment_id:
        by_name.ask_to_sign(Deployment.objects.lock(event.deployment_id), event)


def ask_to_report(event: Event) -> None:
    if event.deployment_id:
        by_name.ask_to_report(Deployment.objects.lock(event.deployment_id), event)


def tell_out_of_reach(event: Event) -> None:
    if event.deployment_id:
        by_name.tell_out_of_reach(Deployment.objects.lock(event.deployment_id), event)


def tell_broken_glass(event: Event) -> None:
    if event.deployment_id:
        by_name.tell_broken_glass(Deployment.objects.lock(event.deployment_id), event)


def tell_way_back(event: Event) -> None:
    if event.deployment_id:
        news.tell_way_back(Deployment.objects.lock(event.deployment_id), event)


def ask_how_to_go_on(event: Event) -> None:
    if event.deployment_id and event.after.get("asks"):
        by_name.ask_how_to_go_on(Deployment.objects.lock(event.deployment_id), event)


def tell_overrun(event: Event) -> None:
    if event.deployment_id:
        by_name.tell_overrun(Deployment.objects.lock(event.deployment_id), event)


def tell_unwritten(event: Event) -> None:
    if event.deployment_id:
        by_name.tell_unwritten(Deployment.objects.lock(event.deployment_id), event)


def tell_alert(event: Event) -> None:
    if event.deployment_id:
        by_name.tell_alert(Deployment.objects.lock(event.deployment_id), event)


def ask_whether_to_go_back(event: Event) -> None:
    if event.deployment_id:
        by_name.ask_whether_to_go_back(Deployment.objects.lock(event.deployment_id), event)
