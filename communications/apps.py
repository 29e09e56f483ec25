from django.apps import AppConfig


class CommunicationsConfig(AppConfig):
    name = "communications"

    def ready(self) -> None:
        from communications import enums, obstacles, receivers
        from communications.occasions import by_name, news
        from communications.plan import announcing, foreseen
        from communications.sending import doubts
        from deployments import announcements, blockers, foresight, portal_hold
        from deployments.subscriptions import subscribe

        subscribe(receivers.PLANS_AFTER, receivers.plan)
        subscribe([enums.MOVED], receivers.correct)
        subscribe(news.VERDICTS, receivers.tell_verdict)
        subscribe(["cancelled"], receivers.give_up)
        subscribe(["commented"], receivers.mention)
        subscribe(["item due"], receivers.remind)
        subscribe(by_name.ASKS, receivers.ask_to_sign)
        subscribe(["report asked"], receivers.ask_to_report)
        subscribe(["signatures out of reach"], receivers.tell_out_of_reach)
        subscribe(["glass broken"], receivers.tell_broken_glass)
        blockers.register("messages", obstacles.find)
        subscribe(news.WAY_BACK, receivers.tell_way_back)
        subscribe(["item failed"], receivers.ask_how_to_go_on)
        subscribe(["overrun foreseen"], receivers.tell_overrun)
        subscribe(["message not written"], receivers.tell_unwritten)
        subscribe(["alert raised"], receivers.tell_alert)
        subscribe(enums.GO_BACK, receivers.ask_whether_to_go_back)
        foresight.register(foreseen.look)
        announcements.register(announcing.before_t0)
        portal_hold.register(doubts.AFTER_A_RESTORE)
