from django.apps import AppConfig


class ChecklistsConfig(AppConfig):
    name = "checklists"

    def ready(self) -> None:
        from checklists.content import collect
        from checklists.obstacles import find
        from deployments import blockers, content

        content.register("items", collect)
        blockers.register("checklist", find)
