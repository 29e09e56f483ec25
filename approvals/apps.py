from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "approvals"

    def ready(self) -> None:
        from approvals import content as own_content
        from approvals import obstacles
        from deployments import blockers, content

        content.register("rules", own_content.collect)
        blockers.register("sign-off", obstacles.find)
