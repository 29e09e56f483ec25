"""A mail is written once for all who read the same, and each has their own link in it."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

from pytest_django import DjangoAssertNumQueries

from communications.definitions import PlanLine
from communications.enums import Kind
from communications.models import Delivery, Message
from communications.sending import dispatch
from communications.subscriptions import links, listing
from communications.subscriptions.listing import Entry
from communications.writing.letters import OWN_LINK
from communications.writing.mails import Texts
from deployments import clock
from deployments.enums import Anchor
from tests.builders import Team
from tests.communications.conftest import make_planned

NOTICE = PlanLine(Kind.GO_NO_GO, Anchor.T0, -timedelta(hours=2), "Final go/no-go")
# RFC 5322, 2.1.1
LONGEST_LINE = 998
TOO_LONG_A_LINE = "x" * (LONGEST_LINE + 1)


def make_copies(team: Team, text: str = "", address: str = "ben@example.net") -> list[Delivery]:
    """Of one message for Ann and Ben, who read the same and may leave."""
    entries = [Entry("Ann", "ann@example.net"), Entry("Ben", address)]
    listing.add(team.service, entries, actor=team.release_manager)
    message = make_planned(team, NOTICE).messages.get()
    Message.objects.filter(pk=message.pk).update(due_at=clock.now(), text=text)
    dispatch.expand(message.pk, message.deployment_id)
    copies = Delivery.objects.with_message().filter(name__in=("Ann", "Ben"))
    return list(copies.order_by("name"))


def written(copies: list[Delivery]) -> list[EmailMessage]:
    texts = Texts()
    return [message_from_bytes(texts.written(copy), policy=policy.default) for copy in copies]


def content(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def assert_each_has_their_own_link(copies: list[Delivery], mails: list[EmailMessage]) -> None:
    own = [links.of_copy(copy) for copy in copies]
    for link, other, mail in zip(own, reversed(own), mails, strict=True):
        assert mail["List-Unsubscribe"] == f"<{links.address_of(link, 'leave')}>"
        for said in (content(mail, "plain"), content(mail, "html")):
            assert said.count(links.address_of(link)) == 1
            assert other not in said
            assert OWN_LINK not in said


def test_who_may_leave_shares_the_mail_but_for_their_own_link(team: Team) -> None:
    copies = make_copies(team)
    ann, ben = mails = written(copies)
    assert_each_has_their_own_link(copies, mails)
    # Nobody draws the same one twice.
    assert ann.get_boundary() == ben.get_boundary()
    assert (ann["To"], ben["To"]) == ("Ann <ann@example.net>", "Ben <ben@example.net>")
    assert ann["Message-ID"] != ben["Message-ID"]


def test_a_second_mail_of_a_kind_asks_nothing(
    team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ann, ben = make_copies(team)
    texts = Texts()
    texts.written(ann)
    with django_assert_num_queries(0):
        texts.written(ben)


def test_a_line_too_long_for_a_mail_costs_nobody_their_link(team: Team) -> None:
    copies = make_copies(team, text=TOO_LONG_A_LINE)
    mails = written(copies)
    assert_each_has_their_own_link(copies, mails)
    assert TOO_LONG_A_LINE in content(mails[0], "plain")
    assert mails[0].get_boundary() != mails[1].get_boundary()


def test_no_link_makes_a_line_longer_than_a_mail_may_have(team: Team) -> None:
    """A link that names an address is as long as that wants it; here its place just fits."""
    longest_address = f"{'b' * 64}@{'.'.join(['c' * 60] * 3)}.net"
    copies = make_copies(team, address=longest_address)
    for copy in copies:
        assert copy.stakeholder is not None
        copy.stakeholder.address = "moved@example.net"  # since the copy was written
    service = copies[0].message.deployment.service
    short, long = (links.address_of(links.of_copy(copy)) for copy in copies)
    assert len(short) < len(OWN_LINK) < len(long)
    service.title = "s"
    lines = Texts().written(copies[0]).decode().splitlines()
    line = max((line for line in lines if short in line), key=len)
    service.title *= 1 + LONGEST_LINE - len(line.replace(short, OWN_LINK))
    mails = written(copies)
    assert_each_has_their_own_link(copies, mails)
    for mail in mails:
        assert max(len(line) for line in bytes(mail).splitlines()) <= LONGEST_LINE
