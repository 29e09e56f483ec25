from django.apps import AppConfig


class CommunicationsConfig(AppConfig):
    name = "communications"

    def ready(self) -> None:
        from communications import announcing, foreseen, receivers
        from deployments import announcements, foresight
        from deployments.subscriptions import subscribe

        subscribe(receivers.PLANS_AFTER, receivers.plan)
        subscribe(["rescheduled"], receivers.correct)
        subscribe(receivers.VERDICTS, receivers.tell_verdict)
        subscribe(["cancelled"], receivers.give_up)
        subscribe(["commented"], receivers.mention)
        subscribe(["item due"], receivers.remind)
        subscribe(receivers.ASKS, receivers.ask_to_sign)
        subscribe(["glass broken"], receivers.tell_broken_glass)
        subscribe(receivers.WAY_BACK, receivers.tell_way_back)
        subscribe(["item failed"], receivers.ask_how_to_go_on)
        subscribe(["overrun foreseen"], receivers.tell_overrun)
        foresight.register(foreseen.look)
        announcements.register(announcing.before_t0)
