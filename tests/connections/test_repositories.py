"""Declared repositories: what the file may say."""

from __future__ import annotations

from pathlib import Path

import pytest

from connections.declaring import Undeclared
from connections.repositories import (
    Repository,
    read_repositories,
    repositories_now,
    repository_names,
)

URL = 'url = "https://git.example.org/team/portal.git"\n'


def declared(folder: Path, text: str) -> Path:
    file = folder / "commands.toml"
    file.write_text(text)
    return file


def test_no_repository_is_declared_when_no_file_is_named(settings):
    settings.PORTAL_COMMANDS = ""
    assert repository_names() == []


def test_repository_is_read_with_all_that_it_says_beside_the_commands(tmp_path, settings):
    settings.REPOSITORIES_DIR = tmp_path / "store"
    settings.PORTAL_COMMANDS = str(
        declared(
            tmp_path,
            f'[repositories.portal]\n{URL}main = "trunk"\ntitle = "Portal"\nuser = "oauth2"\n'
            'token = "$env:GIT_TOKEN"\nauthorities = "/etc/ca.pem"\nsigners = "/etc/signers"\n'
            'keyring = "/etc/keys"\nseconds = 5\nmemory_mb = 300\nfile_mb = 10\n'
            '[repositories.here]\nfolder = "/srv/git/here.git"\n[commands.a]\nargv = ["check"]\n',
        )
    )
    assert repository_names() == ["here", "portal"]
    assert repositories_now()["portal"] == Repository(
        "portal", tmp_path / "store", "https://git.example.org/team/portal.git", "", "trunk",
        "Portal", "oauth2", "GIT_TOKEN", "/etc/ca.pem", "/etc/signers", "/etc/keys", 5, 300, 10,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("repositories = 3", "Repositories stand in commands.toml as [repositories.NAME]."),
        ('[repositories."A/B"]\n' + URL, "“A/B” is no name for a repository"),
        ("[repositories.a]", "The repository “a” has a url or a folder; say one of them."),
        ('[repositories.a]\nfolder = "/x"\n' + URL, "has a url or a folder; say one of them."),
        ('[repositories.a]\nfolder = "x"', "The folder of the repository “a” must be a whole path"),
        ('[repositories.a]\nsigners = "x"\n' + URL, "The signers of the repository “a” must be a"),
        ('[repositories.a]\nurl = "http://git.example.org/a"', "begins with https://"),
        ('[repositories.a]\nurl = "ssh://git.example.org/a"', "begins with https://"),
        ('[repositories.a]\nurl = "ext::sh -c id"', "begins with https://"),
        ('[repositories.a]\nurl = "--upload-pack=id"', "begins with https://"),
        ('[repositories.a]\nurl = "https://me:secret@git.example.org/a"', "no name or password"),
        ('[repositories.a]\nurl = "https://a:port/x"', "The url of the repository “a” is no"),
        ('[repositories.a]\nmain = "--all"\n' + URL, "cannot be called “--all”."),
        ('[repositories.a]\nmain = ""\n' + URL, "cannot be called “”."),
        ('[repositories.a]\ntoken = "s3cret"\n' + URL, "is written as $env:NAME."),
        ("[repositories.a]\nseconds = 601\n" + URL, "must be a whole number from 1 to 600."),
        ("[repositories.a]\nmemory_mb = 64\n" + URL, "must be a whole number from 256 to"),
        ("[repositories.a]\nfetch = true\n" + URL, "has no setting “fetch”; it knows url, folder"),
    ],
)
def test_broken_file_is_told_in_a_sentence(tmp_path, settings, text, sentence):
    file = declared(tmp_path, text)
    with pytest.raises(Undeclared) as caught:
        read_repositories(file, tmp_path)
    assert sentence in caught.value.sentence
    assert "s3cret" not in caught.value.sentence
    settings.PORTAL_COMMANDS = str(file)
    assert repository_names() == []
