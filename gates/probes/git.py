"""Looks whether a branch holds the commit, how far it is from the main branch, and who signed it.

Only repositories that an administrator declared are asked; a person says which branch, commit and
tag, and nothing of it is ever read as an option, a pattern or an address.
"""

import re
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from connections.mirrors import fetched
from connections.refnames import is_refname
from connections.repositories import Repository
from gates.declared import Circumstances, Number, Probed, Settings
from gates.enums import Kind
from gates.measurement import MOST_DETAILS, Measurement
from gates.probes import history, signatures
from gates.probes.documents import Unreadable
from gates.probes.history import Found, counted
from gates.schedules import STANDING

COMMIT = re.compile(r"[0-9a-f]{7,40}|[0-9a-f]{64}")


class GitSettings(Settings):
    called = "A git gate"

    repository: str = Field(
        title="Repository",
        min_length=1,
        max_length=60,
        description="Declared by the administrator of the portal, with its main branch.",
    )
    branch: str = Field(
        default="", title="Branch", max_length=200, description="Empty: the deployment's own."
    )
    commit: str = Field(
        default="",
        title="Commit",
        max_length=64,
        description="Empty: the deployment's own. At least 7 digits of it.",
    )
    tag: str = Field(
        default="",
        title="Tag",
        max_length=200,
        description="Must name this commit. Empty: no tag is looked at.",
    )
    signed: Literal["", "commit", "tag"] = Field(
        default="",
        title="What must be signed",
        description="With a key that the administrator declared for the repository.",
    )

    @field_validator("branch", "tag")
    @classmethod
    def is_a_name(cls, name: str) -> str:
        if name and not is_refname(name):
            raise ValueError(f"“{name}” is no name such as release/2.4")
        return name

    @field_validator("commit")
    @classmethod
    def is_a_commit(cls, commit: str) -> str:
        if commit and not COMMIT.fullmatch(commit.lower()):
            raise ValueError("a commit has 7 to 40 digits, 0 to 9 and a to f")
        return commit.lower()

    @model_validator(mode="after")
    def names_the_signed_tag(self) -> Self:
        if self.signed == "tag" and not self.tag:
            raise ValueError("A git gate that wants a signed tag needs its name.")
        return self

    def target(self, around: Circumstances) -> str:
        place = f"{self.branch or around.branch} {self.commit or around.commit}"
        return f"{self.repository} {place}".strip()

    @property
    def threshold(self) -> str:
        signed = f", signed {self.signed}" if self.signed else ""
        return f"on its branch, no conflict with the main branch{signed}"


def probe(wanted: GitSettings, around: Circumstances) -> Measurement:
    repository = _declared(wanted, around)
    asked = _completed(wanted, around)
    with fetched(repository) as mirror:
        tips = history.tips(mirror, asked.branch, repository.main)
        if repository.main not in tips:
            raise Unreadable(f"“{repository.name}” has no main branch “{repository.main}”.")
        if asked.branch not in tips:
            return _bad(f"“{repository.name}” has no branch “{asked.branch}”", wanted)
        commit = history.resolved(mirror, asked.commit)
        if not commit:
            return _bad(f"“{repository.name}” has no commit {asked.commit}", wanted)
        found = history.compared(mirror, commit, asked.branch, tips)
        if asked.tag:
            found.faults += signatures.wrong_tag(mirror, commit, asked.tag)
        if asked.signed:
            found.faults += signatures.unsigned(mirror, found, asked.signed, asked.tag)
    return _judged(found, asked, repository)


def _declared(wanted: GitSettings, around: Circumstances) -> Repository:
    name = wanted.repository
    if name not in around.repositories:
        raise Unreadable(f"The repository “{name}” is not declared; ask an administrator.")
    repository = around.repositories[name]
    if not wanted.signed:
        return repository
    if not (repository.signers or repository.keyring):
        raise Unreadable(f"No key is declared that may sign for “{name}”; ask an administrator.")
    if repository.signers and not Path(repository.signers).is_file():
        raise Unreadable(f"The file of those who may sign for “{name}” is not there.")
    if repository.keyring and not Path(repository.keyring).is_dir():
        raise Unreadable(f"The keyring of those who may sign for “{name}” is not there.")
    return repository


def _completed(wanted: GitSettings, around: Circumstances) -> GitSettings:
    """With the deployment's own branch and commit; those are held against the same patterns."""
    branch, commit = wanted.branch or around.branch, wanted.commit or around.commit
    for what, found in (("branch", branch), ("commit", commit)):
        if not found:
            raise Unreadable(f"Neither the gate nor the deployment names a {what}.")
    return GitSettings.read({**wanted.model_dump(), "branch": branch, "commit": commit})


def _bad(reason: str, wanted: GitSettings) -> Measurement:
    return Measurement("bad", reason, threshold=wanted.threshold)


def _judged(found: Found, asked: GitSettings, repository: Repository) -> Measurement:
    main = repository.main
    said = f"{found.short} is on {asked.branch}"
    if asked.branch != main and "commits" in found.counts:
        said += (
            f", {counted(found.counts['commits'], 'commit')} and"
            f" {counted(found.counts['files'], 'file')} from {main}, without conflict"
        )
    if asked.signed:
        said += f", and the {asked.signed} is signed"
    return Measurement(
        "bad" if found.faults else "good",
        found.faults[0] if found.faults else said,
        value=str(found.counts.get("commits", "")),
        threshold=asked.threshold,
        counts=found.counts,
        details=(*found.faults[1:], *found.details)[:MOST_DETAILS],
    )


KIND = Probed(
    kind=Kind.GIT,
    asks="Does the branch hold this commit, without conflict with the main branch?",
    settings=GitSettings,
    schedule=STANDING,
    version="git/1",
    numbers={
        "commits": Number("", "commits that the main branch does not hold"),
        "files": Number("", "files changed since the commit left the main branch"),
        "conflicts": Number("", "files that a merge into the main branch leaves to a person"),
        "newer": Number("", "commits on the branch after this one"),
    },
    red=(
        "there is no such branch or commit, or the branch does not hold the commit",
        "it conflicts with the main branch, or has no history in common with it",
        "the tag is not there or names another commit",
        "the commit or tag is not signed, or not with a key that was declared",
        "could not be measured: not declared, not fetched in time, a shallow clone, no main"
        " branch, a commit that is not told apart, neither branch nor commit named, no git 2.38",
    ),
    probe=probe,
)
