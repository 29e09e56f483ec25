"""The help page explains every state there is."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from django.db.models import TextChoices
from django.test import Client
from django.urls import reverse

from checklists.enums import ItemState
from checklists.explained import STATES as ITEMS
from communications.enums import DeliveryState, MessageState
from communications.explained import MESSAGES
from communications.explained import STATES as COPIES
from deployments.enums import Grant, State
from deployments.explained import GRANTS
from deployments.explained import STATES as DEPLOYMENTS
from gates.enums import GateState
from gates.explained import STATES as GATES
from monitoring.enums import Answer, Result, Verdict
from monitoring.explained import ANSWERS, RESULTS, VERDICTS
from tests.builders import Team, make_deployment


@pytest.mark.parametrize(
    ("words", "explained"),
    [
        (State, DEPLOYMENTS), (Grant, GRANTS), (GateState, GATES), (ItemState, ITEMS),
        (DeliveryState, COPIES), (MessageState, MESSAGES), (Verdict, VERDICTS), (Answer, ANSWERS),
        (Result, RESULTS),
    ],
)  # fmt: skip
def test_every_word_has_a_sentence(
    words: type[TextChoices], explained: Mapping[TextChoices, str]
) -> None:
    assert list(explained) == list(words)
    assert all(sentence.endswith(".") for sentence in explained.values())


def test_page_of_a_deployment_leads_to_what_its_state_means(team: Team, client: Client) -> None:
    client.force_login(team.product_owner)
    page = client.get(make_deployment(team).get_absolute_url()).content.decode()
    link = f"{reverse('dashboard:help')}#deployment-draft"
    assert f'href="{link}" title="{DEPLOYMENTS[State.DRAFT]}"' in page
    assert 'id="deployment-draft"' in client.get(link).content.decode()
