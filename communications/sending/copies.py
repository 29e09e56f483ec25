"""One row per recipient of a message."""

from collections.abc import Iterable

from communications.models import Delivery, Message
from communications.whom.audience import Recipient
from communications.writing import identity
from deployments.fitting import cut

LONGEST_NAME = Delivery._meta.get_field("name").max_length


def write(message: Message, recipients: Iterable[Recipient]) -> None:
    """The caller holds the deployment's lock; an address that has its copy gets no other."""
    Delivery.objects.bulk_create(
        (
            Delivery(
                message=message,
                user_id=person.user_id,
                stakeholder_id=person.stakeholder_id,
                channel_id=person.channel_id,
                name=cut(person.name, LONGEST_NAME),
                address=person.address,
                language=person.language,
                zone=person.zone,
                knew_t0=person.knew_t0,
                entry=person.entry,
                due_at=message.due_at,
                mail_id=identity.mail_id(message.pk, person.address),
            )
            for person in recipients
        ),
        batch_size=500,
        ignore_conflicts=True,
    )
