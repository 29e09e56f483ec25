from django.apps import AppConfig


class ChecklistsConfig(AppConfig):
    name = "checklists"

    def ready(self) -> None:
        from checklists.content import collect
        from checklists.obstacles import find
        from checklists.stakes import owned_items
        from deployments import blockers, content
        from deployments.access.stakes import register_stakes

        content.register("items", collect)
        blockers.register("checklist", find)
        register_stakes("items", owned_items)
