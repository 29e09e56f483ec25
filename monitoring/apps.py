from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "monitoring"

    def ready(self) -> None:
        from deployments import anchors, blockers, content, subscriptions, wording
        from deployments.enums import Anchor
        from monitoring.anchors import planned_watch_ends, watch_ends
        from monitoring.content import collect
        from monitoring.enums import TriggerMode
        from monitoring.obstacles import find
        from monitoring.receivers import open_watch, settle_question

        anchors.register(Anchor.WATCH_END, watch_ends)
        anchors.register_foresight(Anchor.WATCH_END, planned_watch_ends)
        content.register("monitoring", collect)
        wording.register("monitoring.triggers", values={"mode": dict(TriggerMode.choices)})
        blockers.register("watch", find)
        subscriptions.subscribe(["completed"], open_watch)
        subscriptions.subscribe(["rollback begun", "stopped", "closed"], settle_question)
