"""Real git repositories for tests, made by git itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

needs_git = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed here")
needs_ssh_keygen = pytest.mark.skipif(
    not shutil.which("ssh-keygen"), reason="ssh-keygen is not installed here"
)
needs_gpg = pytest.mark.skipif(not shutil.which("gpg"), reason="gpg is not installed here")

ALONE = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}


class Repo:
    """A repository with a working tree; `main` holds one commit from the beginning."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.environment = {**os.environ, **ALONE, **environment}
        folder.mkdir(parents=True)
        self("init", "--quiet", "--initial-branch=main", "--template=")
        self.commit("first", a="one\n", b="one\n")

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(self, subject: str, *options: str, **files: str) -> str:
        """Write these files and commit them; the commit's whole name."""
        for name, text in files.items():
            (self.folder / name).write_text(text)
        self("add", "--all")
        self("commit", "--quiet", "--allow-empty", "--message", subject, *options)
        return self("rev-parse", "HEAD")

    def branch(self, name: str, at: str = "main") -> None:
        self("switch", "--quiet", "--create", name, at)
