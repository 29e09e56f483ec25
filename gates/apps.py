from django.apps import AppConfig


class GatesConfig(AppConfig):
    name = "gates"

    def ready(self) -> None:
        from connections import changes
        from deployments import blockers, content, wording
        from deployments import changes as facts
        from gates.content import collect
        from gates.enums import Kind, OnNoData
        from gates.kinds import titles_of_settings
        from gates.obstacles import find
        from gates.receivers import gates_over, stale_by_connection, stale_by_facts

        content.register("gates", collect)
        said = {"kind": dict(Kind.choices), "on_no_data": dict(OnNoData.choices)}
        wording.register("gates", fields=titles_of_settings(), values=said)
        blockers.register("gates", find)
        changes.follow(stale_by_connection)
        changes.hold(gates_over)
        facts.follow(stale_by_facts)
