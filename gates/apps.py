from django.apps import AppConfig


class GatesConfig(AppConfig):
    name = "gates"

    def ready(self) -> None:
        from deployments import blockers, content
        from gates.content import collect
        from gates.obstacles import find

        content.register("gates", collect)
        blockers.register("gates", find)
