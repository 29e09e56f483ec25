"""Whom a comment names, and that whatever somebody types stays text."""

from __future__ import annotations

from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from deployments.mentions import NOBODY, by_username, named, parts
from deployments.templatetags.comments import with_names
from tests.builders import Team, make_machine, make_person

ANN = User(username="ann", display_name="Ann Lee")
KNOWN = by_username(
    [ANN, *(User(username=name) for name in ("ann.b", "ann@example.org", "o+p-s_1", "سارة", "Bo"))]
)


def names(text: str) -> list[str]:
    return [part.person.username for part in parts(text, KNOWN) if part.person]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@ann", ["ann"]),
        ("Look, @ann. And (@ann), @ann's, @ann!", ["ann"] * 4),
        ("@ann.b has it, @ann.b.", ["ann.b", "ann.b"]),
        ("@ann@example.org: please", ["ann@example.org"]),
        ("write to ann@example.org or x+y@ann", []),
        ("https://example.org/@ann", []),
        ("@annabel, @ann.c, @ann@example.com", []),
        ("@o+p-s_1, @ANN, @bo", ["o+p-s_1", "ann", "Bo"]),
        ("\u200f@سارة\u200f انظر", ["سارة"]),
        ("@ @@ann @. @", []),
        ("@ａｎｎ", ["ann"]),
    ],
)
def test_longest_known_name_wins_and_an_address_is_no_name(text: str, found: list[str]) -> None:
    assert names(text) == found


@given(st.text("@ann.b+-_ \n<é\u202e", max_size=200))
def test_parts_are_the_whole_text(text: str) -> None:
    assert "".join(part.text for part in parts(text, KNOWN)) == text


def test_ten_thousand_names_are_read_in_one_pass() -> None:
    assert names("@ann " * 10_000) == ["ann"] * 10_000
    assert names("@" * 10_000) == []
    assert names("@ann" * 10_000) == []


def test_marked_names_carry_no_code() -> None:
    evil = User(username="eve", display_name='"><script>alert(1)</script>')
    shown = with_names("<b>@eve</b>\n@ann", by_username([evil, ANN]))
    assert shown == (
        '&lt;b&gt;<strong class="named" title="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;">'
        "<bdi>@eve</bdi></strong>&lt;/b&gt;<br>"
        '<strong class="named" title="Ann Lee"><bdi>@ann</bdi></strong>'
    )


@given(st.text("@ann<>&\"' ", max_size=60))
def test_shown_text_is_what_was_typed(text: str) -> None:
    shown = str(with_names(text, KNOWN))
    for tag in ('<strong class="named" title="Ann Lee"><bdi>', "</bdi></strong>"):
        shown = shown.replace(tag, "")
    assert unescape(shown) == text
    assert "<" not in shown


@pytest.mark.django_db
def test_only_people_who_see_the_service_are_named(team: Team) -> None:
    machine = make_machine()
    machine.groups.set(team.member.groups.all())
    gone = make_person("gone")
    gone.groups.set(team.member.groups.all())
    User.objects.filter(pk=gone.pk).update(is_active=False)
    User.objects.filter(pk=team.auditor.pk).update(email="")
    admin = User.objects.create_superuser("root", email="root@example.org")
    text = "@security @security @outsider @ci @gone @auditor @member @root @nobody."

    found = named(text, team.service, author=team.member)

    assert found.people == [team.security, admin]
    assert found.reasons == {
        "@outsider": NOBODY,
        "@ci": "a machine reads no mail",
        "@gone": NOBODY,
        "@auditor": "no mail address is known",
        "@member": "that is you",
        "@nobody": NOBODY,
    }


@pytest.mark.django_db
def test_author_reads_a_short_list_however_many_names_there_are(team: Team) -> None:
    text = "@security " + " ".join(f"@x{number}" for number in range(1000))
    said = named(text, team.service, author=team.member).sentences
    assert said.startswith(f"A mail goes to Security. No mail goes to @x0 ({NOBODY}), @x1 (")
    assert said.endswith(f"@x9 ({NOBODY}) and 990 more.")


@pytest.mark.django_db
def test_comment_without_a_name_asks_nobody(team: Team, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert named("write to ann@example.org", team.service, author=None).sentences == ""
    with django_assert_num_queries(1):
        assert len(named("@a " * 500, team.service, author=None).reasons) == 1
