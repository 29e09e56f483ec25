from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "monitoring"

    def ready(self) -> None:
        from deployments import blockers, content, subscriptions
        from monitoring.content import collect
        from monitoring.obstacles import find
        from monitoring.receivers import open_watch

        content.register("monitoring", collect)
        blockers.register("watch", find)
        subscriptions.subscribe(["completed"], open_watch)
