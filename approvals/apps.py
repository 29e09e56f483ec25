from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "approvals"

    def ready(self) -> None:
        from approvals import content as own_content
        from approvals import receivers
        from deployments import content, subscriptions

        content.register("rules", own_content.collect)
        subscriptions.subscribe(receivers.MAY_BREAK_GO, receivers.look_again)
