from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "approvals"

    def ready(self) -> None:
        from approvals import anchors as own_anchors
        from approvals import content as own_content
        from approvals import receivers, stakes
        from deployments import anchors, content, subscriptions
        from deployments.access.stakes import register_asked, register_stakes
        from deployments.enums import Anchor

        anchors.register(Anchor.DECISION, own_anchors.decided_at)
        content.register("rules", own_content.collect)
        subscriptions.subscribe(receivers.MAY_BREAK_GO, receivers.look_again)
        subscriptions.subscribe(receivers.MAY_SETTLE_REQUESTS, receivers.tend_requests)
        subscriptions.subscribe(receivers.MAY_MOVE_POLL, receivers.tend_poll)
        register_stakes("signatures", stakes.open_signatures)
        register_asked("rules", stakes.roles_asked)
