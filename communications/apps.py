from django.apps import AppConfig


class CommunicationsConfig(AppConfig):
    name = "communications"

    def ready(self) -> None:
        from communications.receivers import PLANS_AFTER, give_up, plan
        from deployments.subscriptions import subscribe

        subscribe(PLANS_AFTER, plan)
        subscribe(["cancelled"], give_up)
