from celery.signals import task_success
from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate

from deployments.grants import give_to_application


class DeploymentsConfig(AppConfig):
    name = "deployments"

    def ready(self) -> None:
        from accounts import aboard
        from deployments import anchors, banners, blockers, instants, obstacles, portal_hold, ticks
        from deployments.access.stakes import led_by, register_stakes
        from deployments.entry import doubts
        from deployments.enums import Anchor
        from deployments.freezes import obstacles as freezes

        # Fires once all apps have migrated, so every table is there to be granted.
        post_migrate.connect(give_to_application, sender=self)
        connection_created.connect(instants.read_by)
        anchors.register(Anchor.T0, anchors.t0)
        anchors.register(Anchor.START, anchors.start)
        anchors.register(Anchor.COMPLETE, anchors.completion)
        blockers.register("plan", obstacles.find)
        blockers.register("freezes", freezes.find)
        register_stakes("lead", led_by)
        portal_hold.register(doubts.AFTER_A_RESTORE)
        aboard.register(banners.HELD, banners.held_since())
        aboard.register(banners.LATE, banners.late_since())
        task_success.connect(ticks.succeeded)
