from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "approvals"

    def ready(self) -> None:
        from approvals import content as own_content
        from deployments import content

        content.register("rules", own_content.collect)
