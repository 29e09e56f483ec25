"""A pack is verified where there is no portal, and whatever was changed in it is found and said."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import cryptography
import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from approvals.enums import Choice
from audit import checkpoints, keys, packs
from audit.verifier import sha256
from deployments.comments import comment
from deployments.models import Deployment
from tests import databases
from tests.audit.makers import make_decision, make_vote
from tests.builders import Team, find_team, make_deployment, make_team

HOSTILE = "<script>alert(1)</script>../../etc/passwd\u202e&lt;b&gt;"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages with nothing in it but cryptography."""
    folder = tmp_path_factory.mktemp("bare")
    packages = Path(cryptography.__file__).parent.parent
    for place in ("cryptography", "cffi", *(one.name for one in packages.glob("_cffi_backend*"))):
        (folder / place).symlink_to(packages / place)
    return folder


def run_verifier(folder: Path, bare: Path, *arguments: str) -> tuple[int, str]:
    """As an auditor runs it: no site packages, no environment, nothing of the portal."""
    start = (
        "import runpy, sys; sys.path.append(sys.argv[1]); sys.argv = sys.argv[2:];"
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", start, str(bare), str(folder / "verify.py"), *arguments],
        cwd=folder, env={"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    return done.returncode, done.stdout


def unpacked(place: Path) -> Path:
    folder = place.with_suffix("")
    with zipfile.ZipFile(place) as archive:
        archive.extractall(folder)
    return folder


def pack_of(deployment: Deployment, to: Path) -> Path:
    place = to / f"pack-{deployment.pk}.zip"
    call_command("evidence_pack", str(deployment.pk), "--out", str(place))
    return unpacked(place)


def make_signed(team: Team) -> Deployment:
    deployment = make_deployment(team, items=("Back up", HOSTILE), submitted=True)
    make_vote(deployment, "security", team.security)
    make_vote(deployment, "technical_lead", team.technical_lead, Choice.REJECT, reason=HOSTILE)
    comment(deployment.pk, actor=team.member, text=HOSTILE)
    make_decision(deployment, team.ops_lead, HOSTILE)
    deployment.refresh_from_db()
    return deployment


@dataclass(frozen=True)
class Made:
    """One pack, for all tests that only read it or a copy of it, and what it has to say."""

    folder: Path
    key: str
    events: int
    version: str


@pytest.fixture(scope="module")
def made(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Made:
    place = tmp_path_factory.mktemp("made")
    with (
        override_settings(AUDIT_DIR=place / "audit", AUDIT_SIGNING_KEY="", AUDIT_PUBLIC_KEYS=[]),
        django_db_blocker.unblock(),
        databases.own(databases.TEAM),
    ):
        signed = make_signed(find_team())
        folder = pack_of(signed, place)
        [key], [version] = keys.known(), signed.versions.values_list("hash", flat=True)
        return Made(folder, key, signed.event_count, version)


@pytest.fixture
def pack(made: Made, tmp_path: Path) -> Path:
    """A copy, which a test may change."""
    return shutil.copytree(made.folder, tmp_path / "pack")


@pytest.fixture
def signed(team: Team) -> Deployment:
    return make_signed(team)


def test_pack_holds_where_there_is_no_portal(pack: Path, bare: Path, made: Made) -> None:
    code, said = run_verifier(pack, bare, "--key", made.key)

    assert code == 0
    assert said.splitlines() == [
        f"holds   The manifest is signed by the key {made.key}.",
        f"holds   All {len(json.loads((pack / 'manifest.json').read_text())['files'])} files "
        "are those that were signed.",
        "holds   1 signed checkpoints saw this chain.",
        f"holds   All {made.events} events follow one another and say what was written.",
        "holds   2 signatures are each on a content that is here.",
        "holds   1 decisions are those that history names.",
        "Everything holds.",
    ]
    code, said = run_verifier(pack, bare)
    assert code == 0 and "Compare the key" in said


def reseal(folder: Path) -> None:
    """What somebody does who has changed a file: the list of files again, without the key."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for one in manifest["files"]:
        one["sha256"] = sha256((folder / one["name"]).read_bytes())
    (folder / "manifest.json").write_text(json.dumps(manifest))


def lines_of(folder: Path) -> list[bytes]:
    return (folder / "events.jsonl").read_bytes().splitlines(keepends=True)


def edit(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[1].replace(b'"reason":""', b'"reason":"x"'), *lines[2:]]


def rewrite(lines: list[bytes]) -> list[bytes]:
    """Every event another, and all hashes as they then have to be."""
    written, before = [], ""
    for line in lines:
        event = json.loads(line)["event"] | {"reason": "nothing happened", "previous_hash": before}
        text = json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        before = sha256(text)
        written.append(b'{"event":' + text + f',"hash":"{before}"}}\n'.encode())
    return written


TAMPERINGS = {
    "edit": (edit, "Event 2 was changed after it was written."),
    "delete": (lambda lines: [*lines[:1], *lines[2:]], "Event 2 is missing or out of its order."),
    "insert": (lambda lines: [*lines[:2], lines[1], *lines[2:]],
               "Event 3 is missing or out of its order."),
    "reorder": (lambda lines: [lines[1], lines[0], *lines[2:]],
                "Event 1 is missing or out of its order."),
    "cut tail": (lambda lines: lines[:-2], "the tail is cut off."),
    "whole rewrite": (rewrite, "Checkpoint 1 saw another event"),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERINGS)
def test_changed_chain_is_found_in_a_pack(name: str, pack: Path, bare: Path) -> None:
    change, expected = TAMPERINGS[name]
    (pack / "events.jsonl").write_bytes(b"".join(change(lines_of(pack))))

    code, said = run_verifier(pack, bare)
    assert code == 1
    assert "FAULT   events.jsonl was changed." in said
    assert expected in said

    reseal(pack)
    code, said = run_verifier(pack, bare)
    assert code == 1
    assert "FAULT   The manifest was changed: its signature does not fit it." in said
    assert expected in said


FILES = {
    "changed": (lambda folder: (folder / "record.html").write_text("other"),
                "record.html was changed."),
    "gone": (lambda folder: (folder / "waivers.json").unlink(), "waivers.json is missing."),
    "added": (lambda folder: (folder / "more.txt").write_text("x"),
              "more.txt is not in the manifest."),
    "vote": (lambda folder: (folder / "votes.json").write_text(
        (folder / "votes.json").read_text().replace("reject", "approve")),
        "votes.json was changed."),
    "choice of a vote": (lambda folder: (folder / "votes.json").write_text(
        (folder / "votes.json").read_text().replace("reject", "approve")),
        "The signature of Technical Lead is not in history as it is here."),
    "vote taken out": (lambda folder: (folder / "votes.json").write_text(
        json.dumps(json.loads((folder / "votes.json").read_text())[:1])),
        "which history names, is missing."),
    "dossier": (lambda folder: [file.write_text(file.read_text().replace("hold", "go"))
                                for file in (folder / "dossiers").iterdir()],
                "is not the one that history names."),
    "dossier gone": (lambda folder: shutil.rmtree(folder / "dossiers"),
                     "is not the one that history names."),
    "decision more": (lambda folder: (folder / "dossiers/99999999.json").write_text("{}"),
                      "No event names the decision 99999999."),
    "content": (lambda folder: (folder / "versions/0001.json").write_text("{}"),
                "Version 1 was changed or is missing."),
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(),
                    "There is no manifest that can be read"),
    "no signature": (lambda folder: (folder / "manifest.sig").write_text("AAAA"),
                     "The manifest was changed"),
    "no json": (lambda folder: (folder / "checkpoints.jsonl").write_text("{"),
                "The pack cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_changed_file_is_found_in_a_pack(name: str, pack: Path, bare: Path) -> None:
    change, expected = FILES[name]
    change(pack)

    code, said = run_verifier(pack, bare)

    assert code == 1 and expected in said


@pytest.mark.django_db
def test_pack_of_somebody_else_s_key_is_found(
    signed: Deployment, made: Made, bare: Path, tmp_path: Path
) -> None:
    """Made by a portal with another key: whole in itself, and not ours."""
    ours = made.key
    foreign = tmp_path / "foreign.zip"
    packs.write_deployment(foreign, signed.pk, by=None, tell=lambda _: None)
    folder = unpacked(foreign)
    [theirs] = keys.known()
    assert theirs != ours

    code, said = run_verifier(folder, bare, "--key", ours)

    assert code == 1
    assert f"FAULT   The pack is signed by another key, {theirs}." in said


@pytest.mark.django_db
def test_pack_is_compared_with_kept_checkpoints(
    signed: Deployment, team: Team, bare: Path, tmp_path: Path
) -> None:
    kept, pack = tmp_path / "kept", pack_of(signed, tmp_path)
    call_command("checkpoint", "--to", str(kept))
    assert run_verifier(pack, bare, "--checkpoints", str(kept))[0] == 0
    comment(signed.pk, actor=team.member, text="Later")
    later = tmp_path / "later"
    call_command("checkpoint", "--to", str(later))
    code, told = run_verifier(pack, bare, "--checkpoints", str(later))
    assert code == 0, "what was checkpointed after the pack was made was not cut off from it"
    [file] = kept.glob("*.json")
    said = json.loads(file.read_text())
    other = said["statement"].replace('"previous":""', f'"previous":"{"0" * 64}"')
    file.write_text(json.dumps(said | {"statement": other}))

    code, told = run_verifier(pack, bare, "--checkpoints", str(kept))

    assert code == 1 and "Checkpoint 1 is not the one that you kept." in told


def test_nothing_typed_is_markup_or_a_name_in_a_pack(pack: Path) -> None:
    for name in ("record.html", "history.html"):
        page = (pack / name).read_text()
        assert "<script" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert {file.relative_to(pack).parts[0] for file in pack.rglob("*")} == {
        "checkpoints.jsonl", "comments.json", "deployment.json", "dossiers", "events.jsonl",
        "exemptions.json", "history.html",
        "items.json", "manifest.json", "manifest.sig", "public_key.txt", "readme.txt",
        "record.html", "record.pdf", "verify.py", "versions", "votes.json", "waivers.json",
    }  # fmt: skip
    assert (pack / "record.pdf").read_bytes().startswith(b"%PDF-1.")


def test_data_in_a_pack_is_canonical(pack: Path, made: Made) -> None:
    assert sha256((pack / "versions" / "0001.json").read_bytes()) == made.version
    votes = json.loads((pack / "votes.json").read_text())
    assert {vote["content_hash"] for vote in votes} == {made.version}
    assert {vote["authenticated_by"] for vote in votes} == {"password"}


def test_command_refuses_what_it_cannot_do(committed: dict[str, str], tmp_path: Path) -> None:
    place = tmp_path / "there.zip"
    place.write_text("x")
    with pytest.raises(CommandError, match="is there already"):
        call_command("evidence_pack", "1", "--out", str(place))
    with pytest.raises(CommandError, match="There is no deployment 1"):
        call_command("evidence_pack", "1", "--out", str(tmp_path / "new.zip"))


def test_checkpoints_of_a_pack_cover_it_to_its_end(
    committed: dict[str, str], tmp_path: Path
) -> None:
    deployment = make_deployment(make_team())
    checkpoints.make()
    for _ in range(3):
        make_deployment(make_team(f"s{_}", prefix=f"p{_}"))

    folder = pack_of(deployment, tmp_path)

    last = json.loads((folder / "checkpoints.jsonl").read_text().splitlines()[-1])
    deployment.refresh_from_db()
    assert last["head"] == [deployment.chain_key, deployment.event_count, deployment.event_head]
