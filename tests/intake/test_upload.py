"""The upload page: who may, what is refused before it is read, and what it says."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from deployments.models import Deployment
from intake.encodings import LARGEST
from intake.forms import UploadForm
from tests.builders import Team, signed_in

GOOD = b"# Release\n**Target Environment**: Production\n- [ ] Back up\n"


class Unread(SimpleUploadedFile):
    """A file that tells when somebody takes it into memory."""

    def read(self, *_args: object) -> bytes:
        raise AssertionError("was read")


def sent(source: bytes = GOOD) -> dict[str, object]:
    return {"service": "storage-layer", "document": SimpleUploadedFile("a.md", source)}


def test_file_that_is_too_large_is_refused_before_it_is_read(team: Team) -> None:
    file = Unread("a.md", b"x")
    file.size = LARGEST + 1
    form = UploadForm(team.release_manager, {"service": "storage-layer"}, {"document": file})
    assert form.errors == {
        "document": ["The document has more than 5 MB; split it into smaller ones."]
    }


@pytest.mark.parametrize("who", ["member", "ops_lead", "outsider"])
def test_who_may_import_nowhere_is_refused_before_it_is_read(
    team: Team, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_args: object) -> None:
        raise AssertionError("was read")

    monkeypatch.setattr("intake.forms.decode", read)
    response = signed_in(getattr(team, who)).post("/import/", sent())
    assert response.status_code == 403
    assert "Only release managers import checklists" in response.content.decode()


def test_empty_form_says_what_is_missing(team: Team) -> None:
    response = signed_in(team.release_manager).post("/import/")
    assert response.status_code == 422
    assert "Choose a checklist document first." in response.content.decode()


def test_document_without_room_is_refused_where_it_is_reviewed(team: Team) -> None:
    long = GOOD.replace(b"- [", b"**Branch**: " + b"b" * 300 + b"\n\n- [")
    client = signed_in(team.release_manager)
    review = client.post("/import/", sent(long))["Location"]
    refused = client.post(f"{review}create/")
    assert refused.status_code == 422
    assert "the branch has 300 characters" in refused.content.decode()
    assert client.post(f"{review}correct/", {"line": 3, "kind": "left_out"}).status_code == 302
    assert client.post(f"{review}create/").status_code == 302
    assert Deployment.objects.get().branch == ""


def test_document_becomes_a_draft(team: Team) -> None:
    client = signed_in(team.release_manager)
    review = client.post("/import/", sent())
    assert review.status_code == 302
    assert Deployment.objects.count() == 0
    assert client.post(f"{review['Location']}create/").status_code == 302
    assert Deployment.objects.get().requester == team.release_manager
