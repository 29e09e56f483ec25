import pytest
from django.core.management import CommandError, call_command

from deployments.access.teams import add_to_team, create_team
from deployments.enums import Right
from deployments.models import Event, Service
from deployments.policies import rights_of
from tests.builders import make_machine, make_person

pytestmark = pytest.mark.django_db


def test_command_makes_the_service_and_gives_rights_and_roles() -> None:
    person = make_person("ann")

    call_command("grant", "search", "ann", "ops_lead", "role:security", "--title", "Search")

    rights = rights_of(person, Service.objects.get(key="search"))
    assert rights.has(Right.OPERATE)
    assert rights.roles == {"security"}
    assert list(Event.objects.values_list("chain", "verb", "means")) == [
        ("service:search", "service created", "command"),
        ("service:search", "Ops lead granted", "command"),
        ("service:search", "role Security given", "command"),
    ]


def test_command_gives_to_a_team_too() -> None:
    person, crew = make_person("ann"), create_team("Night shift", actor=None)
    add_to_team(crew, person, actor=None)

    call_command("grant", "search", "team:Night shift", "member", "--title", "Search")

    assert rights_of(person, Service.objects.get(key="search")).has(Right.TICK)


def test_command_refuses_a_machine_in_the_sentence_of_the_page() -> None:
    make_machine()

    with pytest.raises(CommandError, match="Ci is a machine, which may report and read only"):
        call_command("grant", "search", "ci", "member", "--title", "Search")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["search", "nobody", "member", "--title", "Search"], "There is no account “nobody”"),
        (["search", "ann", "member"], "There is no service “search” \\(known: none yet\\)"),
        (["search", "team:Day", "member"], "There is no team “Day” \\(known: none yet\\)"),
        (["search", "ann", "king", "--title", "Search"], "“king” is no right; give member"),
    ],
)
def test_command_says_what_is_wrong(arguments: list[str], sentence: str) -> None:
    make_person("ann")
    with pytest.raises(CommandError, match=sentence):
        call_command("grant", *arguments)
