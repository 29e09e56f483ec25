"""A commit on its branch: what git cannot prove is never passed."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connections.repositories import Repository
from gates.declared import Circumstances
from gates.measurement import Measurement
from gates.measuring import measure
from tests.gitting import Repo, needs_git, needs_gpg, needs_ssh_keygen

pytestmark = needs_git
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Main has gone on since the branch `release/2.4` began; they do not conflict."""
    repo = Repo(tmp_path / "origin")
    repo.branch("release/2.4")
    repo.commit("Second: größer", b="two\n", c="new\n")
    repo.commit("Third", c="newer\n")
    repo("switch", "--quiet", "main")
    repo.commit("Meanwhile", a="two\n")
    return repo


def declared(repo: Repo, **facts: Any) -> Repository:
    place = {"store": repo.folder.parent / "store", "folder": str(repo.folder), "seconds": 30}
    return Repository("portal", **{**place, **facts})


def asked(
    repo: Repo, own: str, condition: str = "", *, of: Repository | None = None, **settings: Any
) -> Measurement:
    """`own` is the deployment's commit."""
    around = Circumstances(
        NOW, commit=own, branch="release/2.4", repositories={"portal": of or declared(repo)}
    )
    return measure("git", {"repository": "portal", **settings}, condition, around)


def tip(repo: Repo, branch: str = "release/2.4") -> str:
    return repo("rev-parse", branch)


def test_commit_on_its_branch_is_good_with_what_lies_between_it_and_main(repo):
    commit = tip(repo)
    found = asked(repo, commit)
    assert (found.outcome, found.reason) == (
        "good",
        f"{commit[:12]} is on release/2.4, 2 commits and 2 files from main, without conflict",
    )
    assert found.counts == {"commits": 2, "files": 2, "conflicts": 0, "newer": 0}
    assert found.details[-2:] == ("changed b", "added c")
    assert [line.split(" ", 2)[2] for line in found.details if line.startswith("commit")] == [
        "Third", "Second: größer",
    ]  # fmt: skip
    assert (found.value, found.target) == ("2", f"portal release/2.4 {commit}")


def test_condition_names_the_numbers(repo):
    assert asked(repo, tip(repo), "commits <= 2").outcome == "good"
    found = asked(repo, tip(repo), "files < 2")
    assert (found.outcome, found.reason) == ("bad", "2, needs less than 2")
    assert asked(repo, tip(repo), "lines < 2").outcome == "error"


def test_earlier_commit_of_the_branch_counts_the_newer_ones(repo):
    found = asked(repo, tip(repo, "release/2.4~1"))
    assert (found.outcome, found.counts["newer"], found.counts["commits"]) == ("good", 1, 1)


def test_commit_of_the_main_branch_itself_is_good(repo):
    commit = tip(repo, "main")
    found = asked(repo, commit, branch="main")
    assert (found.outcome, found.reason) == ("good", f"{commit[:12]} is on main")
    assert found.counts == {"commits": 0, "files": 0, "conflicts": 0, "newer": 0}


def test_commit_of_another_branch_is_bad(repo):
    commit = tip(repo, "main")
    found = asked(repo, commit)
    assert (found.outcome, found.reason) == ("bad", f"release/2.4 does not hold {commit[:12]}")


def test_conflict_with_main_is_bad_and_names_the_files(repo):
    repo.commit("Both", b="three\n", c="other\n")
    commit = tip(repo)
    found = asked(repo, commit)
    assert (found.outcome, found.reason) == (
        "bad", f"{commit[:12]} conflicts with main in 2 files",
    )  # fmt: skip
    assert (found.details[:2], found.counts["conflicts"]) == (("conflict: b", "conflict: c"), 2)


def test_branch_without_common_history_is_bad(repo):
    repo("switch", "--quiet", "--orphan", "alone")
    commit = repo.commit("Alone", a="one\n")
    found = asked(repo, commit, branch="alone")
    assert (found.outcome, found.reason) == (
        "bad", f"{commit[:12]} has no history in common with main",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "outcome", "reason"),
    [
        ({"branch": "release/2.5"}, "bad", "“portal” has no branch “release/2.5”"),
        ({"commit": "0" * 40}, "bad", f"“portal” has no commit {'0' * 40}"),
        ({"commit": "0" * 7}, "bad", "“portal” has no commit 0000000"),
        ({"tag": "v9"}, "bad", "there is no tag v9"),
        ({"repository": "other"}, "error", "The repository “other” is not declared;"),
        ({"signed": "commit"}, "error", "No key is declared that may sign for “portal”;"),
        ({"signed": "tag"}, "error", "A git gate that wants a signed tag needs its name."),
        ({"branch": "--upload-pack=x"}, "error", "“Branch” (branch) of a git gate cannot be used"),
        ({"branch": "a..b"}, "error", "“Branch” (branch) of a git gate cannot be used"),
        ({"branch": "re*"}, "error", "“Branch” (branch) of a git gate cannot be used"),
        ({"branch": "a b"}, "error", "“Branch” (branch) of a git gate cannot be used"),
        ({"branch": "main\n"}, "error", "“Branch” (branch) of a git gate cannot be used"),
        ({"tag": "-v"}, "error", "“Tag” (tag) of a git gate cannot be used"),
        ({"commit": "HEAD"}, "error", "“Commit” (commit) of a git gate cannot be used"),
        ({"commit": "abc"}, "error", "“Commit” (commit) of a git gate cannot be used"),
        ({"commit": "main~1"}, "error", "“Commit” (commit) of a git gate cannot be used"),
    ],
)
def test_what_is_not_there_or_may_not_be_asked_is_never_passed(repo, settings, outcome, reason):
    found = asked(repo, tip(repo), **settings)
    assert (found.outcome, found.reason[: len(reason)]) == (outcome, reason)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"commit": ""}, "Neither the gate nor the deployment names a commit."),
        ({"branch": ""}, "Neither the gate nor the deployment names a branch."),
        ({"commit": "v2.4.0"}, "“Commit” (commit) of a git gate cannot be used"),
        ({"branch": "--all"}, "“Branch” (branch) of a git gate cannot be used"),
    ],
)
def test_deployment_that_names_none_is_an_error(repo, facts, reason):
    around = Circumstances(
        NOW, commit=tip(repo), branch="main", repositories={"portal": declared(repo)}
    )
    found = measure("git", {"repository": "portal"}, "", replace(around, **facts))
    assert (found.outcome, found.reason[: len(reason)]) == ("error", reason)


def test_what_was_pushed_since_is_fetched_and_what_is_gone_is_gone(repo):
    before = tip(repo)
    assert asked(repo, before).outcome == "good"
    repo("switch", "--quiet", "release/2.4")
    repo("reset", "--quiet", "--hard", "HEAD~1")
    after = repo.commit("Instead", c="instead\n")
    assert asked(repo, before).reason == f"release/2.4 does not hold {before[:12]}"
    assert asked(repo, after).outcome == "good"
    repo("switch", "--quiet", "main")
    repo("branch", "--quiet", "-D", "release/2.4")
    assert asked(repo, after).reason == "“portal” has no branch “release/2.4”"


def test_branch_that_is_called_like_a_commit_does_not_stand_for_it(repo):
    commit = tip(repo)
    repo("branch", commit[:7], "main")
    found = asked(repo, commit[:7])
    assert (found.outcome, found.reason) == (
        "error",
        f"{commit[:7]} names more than one thing in the repository; write more of it.",
    )
    repo("tag", "beef123", "release/2.4")
    assert asked(repo, "beef123").outcome == "error"
    assert asked(repo, commit).outcome == "good"


# --- what cannot be fetched -------------------------------------------------------------------


def test_main_branch_that_is_not_there_is_an_error(repo):
    found = asked(repo, tip(repo), of=declared(repo, main="trunk"))
    assert (found.outcome, found.reason) == ("error", "“portal” has no main branch “trunk”.")


def test_repository_that_is_gone_is_an_error_though_there_is_a_copy(repo):
    commit = tip(repo)
    assert asked(repo, commit).outcome == "good"
    repo.folder.rename(repo.folder.with_name("elsewhere"))
    found = asked(repo, commit)
    assert (found.outcome, found.reason) == (
        "error",
        f"“portal” could not be fetched: '{repo.folder}' does not appear to be a git repository.",
    )


def test_empty_repository_is_an_error(repo, tmp_path):
    empty = tmp_path / "empty"
    subprocess.run(["git", "init", "--quiet", "--bare", str(empty)], check=True)
    found = asked(repo, tip(repo), of=declared(repo, folder=str(empty)))
    assert (found.outcome, found.reason) == ("error", "“portal” has no main branch “main”.")


@pytest.mark.parametrize("had_a_copy", [False, True])
def test_shallow_clone_is_an_error(repo, tmp_path, had_a_copy):
    if had_a_copy:
        assert asked(repo, tip(repo)).outcome == "good"
    repo("switch", "--quiet", "release/2.4")
    repo.commit("Fourth", c="fourth\n")
    commit = repo.commit("Fifth", c="fifth\n")
    shallow = tmp_path / "shallow"
    source = f"file://{repo.folder}"
    subprocess.run(
        ["git", "clone", "--quiet", "--depth=1", "--no-single-branch", source, str(shallow)],
        check=True,
    )
    found = asked(repo, commit, of=declared(repo, folder=str(shallow)))
    assert (found.outcome, found.reason) == (
        "error", "“portal” is a shallow clone; its history is not whole.",
    )  # fmt: skip


def test_broken_object_is_an_error(repo):
    commit = tip(repo)
    (repo.folder / ".git" / "objects" / commit[:2] / commit[2:]).unlink()
    found = asked(repo, commit)
    assert (found.outcome, "could not be fetched" in found.reason) == ("error", True)


# --- signatures -------------------------------------------------------------------------------


@pytest.fixture
def signing(repo: Repo, tmp_path: Path) -> Repo:
    """Its commits and tags may be signed with one of two keys, of which the first may sign."""
    for name in ("ada", "eve"):
        key = str(tmp_path / name)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    allowed = (tmp_path / "ada.pub").read_text()
    (tmp_path / "signers").write_text(f'ada@example.org namespaces="git" {allowed}')
    repo("config", "gpg.format", "ssh")
    repo("switch", "--quiet", "release/2.4")
    return repo


def sign_as(repo: Repo, who: str) -> None:
    repo("config", "user.signingKey", str(repo.folder.parent / who))


def checked(repo: Repo, commit: str, **settings: Any) -> Measurement:
    by = declared(repo, signers=str(repo.folder.parent / "signers"))
    return asked(repo, commit, of=by, **settings)


@needs_ssh_keygen
def test_commit_signed_by_who_may_is_good(signing):
    sign_as(signing, "ada")
    found = checked(signing, signing.commit("Signed", "--gpg-sign"), signed="commit")
    assert (found.outcome, found.reason.endswith(", and the commit is signed")) == ("good", True)
    assert found.details[0].startswith('Good "git" signature for ada@example.org with ED25519 key')


@needs_ssh_keygen
@pytest.mark.parametrize("who", ["eve", ""])
def test_commit_signed_by_another_or_nobody_is_bad(signing, who):
    sign_as(signing, who)
    commit = signing.commit("Signed", *(["--gpg-sign"] if who else []))
    found = checked(signing, commit, signed="commit")
    why = "No principal matched." if who else "it has no signature"
    assert (found.outcome, found.reason) == (
        "bad", f"the commit {commit[:12]} is not signed by anybody who may: {why}",
    )  # fmt: skip


@needs_ssh_keygen
def test_commit_changed_after_it_was_signed_is_bad(signing):
    sign_as(signing, "ada")
    signed = signing("cat-file", "commit", signing.commit("Signed", "--gpg-sign"))
    forged = subprocess.run(
        ["git", "hash-object", "-w", "-t", "commit", "--stdin"],
        cwd=signing.folder, input=f"{signed}, and more\n", capture_output=True, text=True,
        check=True,
    ).stdout.strip()  # fmt: skip
    signing("reset", "--quiet", "--hard", forged)
    assert checked(signing, forged, signed="commit").outcome == "bad"


@needs_ssh_keygen
def test_signed_tag_is_good_only_under_its_name_and_for_its_commit(signing):
    sign_as(signing, "ada")
    first, second = tip(signing), signing.commit("More", c="more\n")
    signing("tag", "--sign", "--message", "2.4", "v2.4", first)
    signing("update-ref", "refs/tags/v2.5", tip(signing, "refs/tags/v2.4"))
    signing("tag", "light", first)
    assert checked(signing, first, signed="tag", tag="v2.4").outcome == "good"
    for commit, tag, reason in (
        (second, "v2.4", "the tag v2.4 names another commit"),
        (first, "v2.5", "the tag v2.5 was made as v2.4"),
        (first, "v2.6", "there is no tag v2.6"),
        (first, "light", "the tag light is not signed by anybody who may: "),
    ):
        found = checked(signing, commit, signed="tag", tag=tag)
        assert (found.outcome, found.reason[: len(reason)]) == ("bad", reason)
    assert checked(signing, first, tag="light").outcome == "good"


@needs_ssh_keygen
def test_signers_that_are_not_there_are_an_error(signing):
    (signing.folder.parent / "signers").unlink()
    found = checked(signing, tip(signing), signed="commit")
    assert (found.outcome, found.reason) == (
        "error", "The file of those who may sign for “portal” is not there.",
    )  # fmt: skip


@needs_gpg
def test_signature_of_gnupg_is_held_against_the_keyring(repo, tmp_path):
    private, keyring = tmp_path / "private", tmp_path / "keyring"
    for folder in (private, keyring):
        folder.mkdir(mode=0o700)
    options = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-gen-key"]
    environment = {**os.environ, "GNUPGHOME": str(private)}
    try:
        subprocess.run([*options, "ada@example.org", "ed25519"], env=environment, check=True)
        repo.environment["GNUPGHOME"] = str(private)
        repo("switch", "--quiet", "release/2.4")
        commit = repo.commit("Signed", "--gpg-sign=ada@example.org")
        by = declared(repo, keyring=str(keyring))
        found = asked(repo, commit, of=by, signed="commit")
        assert (found.outcome, "is not signed by anybody who may" in found.reason) == ("bad", True)
        public = subprocess.run(
            ["gpg", "--export"], env=environment, capture_output=True, check=True
        )
        subprocess.run(
            ["gpg", "--batch", "--quiet", "--import"],
            env={**os.environ, "GNUPGHOME": str(keyring)}, input=public.stdout, check=True,
        )  # fmt: skip
        assert asked(repo, commit, of=by, signed="commit").outcome == "good"
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], env=environment, check=True)
