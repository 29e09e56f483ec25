from django.apps import AppConfig


class ChecklistsConfig(AppConfig):
    name = "checklists"

    def ready(self) -> None:
        from checklists import doubts
        from checklists.content import collect
        from checklists.enums import Kind, Phase
        from checklists.obstacles import find
        from checklists.stakes import owned_items
        from deployments import blockers, content, portal_hold, wording
        from deployments.access.stakes import register_stakes

        content.register("items", collect)
        said = {"kind": dict(Kind.choices), "phase": dict(Phase.choices)}
        named = {"runs": "Command that a worker runs", "condition": "Judged by"}
        wording.register("items", fields=named, values=said)
        blockers.register("checklist", find)
        register_stakes("items", owned_items)
        portal_hold.register(doubts.AFTER_A_RESTORE)
