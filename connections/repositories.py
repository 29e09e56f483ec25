"""The git repositories that an administrator declares, in the same file as the commands.

    [repositories.portal]
    title = "Deploy portal"
    url = "https://git.example.org/team/portal.git"
    main = "main"
    user = "oauth2"
    token = "$env:GIT_TOKEN"
    signers = "/etc/portal/allowed_signers"
    seconds = 120

`folder` stands for `url` where the repository lies on the machine of the workers. `token` is a
variable of the worker; its value is a secret and never shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
from django.conf import settings

from connections.commands import MOST_MEGABYTES, SECRET, VARIABLE
from connections.declaring import Entry, Undeclared, entries
from connections.refnames import is_refname

MOST_SECONDS = 600
LEAST_MEGABYTES = 256
KNOWN = (
    "url", "folder", "main", "title", "user", "token", "authorities", "signers", "keyring",
    "seconds", "memory_mb", "file_mb",
)  # fmt: skip


@dataclass(frozen=True)
class Repository:
    """What is fetched, into the portal's own copy below `store`; one of `url` and `folder`.

    `token` names the variable that holds it. `authorities` is a file of certificates, `signers`
    one of keys of ssh, `keyring` a folder of GnuPG with the trusted keys and no others.
    `seconds` limits all that git does for one answer, `file_mb` each file that it writes.
    """

    name: str
    store: Path
    url: str = ""
    folder: str = ""
    main: str = "main"
    title: str = ""
    user: str = "git"
    token: str = ""
    authorities: str = ""
    signers: str = ""
    keyring: str = ""
    seconds: int = 120
    memory_mb: int = 1024
    file_mb: int = 2048

    def __str__(self) -> str:
        return self.title or self.name


def repository_names() -> list[str]:
    """What a gate may name; none where none is declared or the file is broken."""
    return sorted(repositories_now())


def repositories_now() -> Mapping[str, Repository]:
    """For pages, which show what they can rather than break over a broken file."""
    try:
        return declared_repositories()
    except Undeclared:
        return {}


def declared_repositories() -> Mapping[str, Repository]:
    """All of them by name, read anew; raises `Undeclared` where the file cannot be used."""
    if not settings.PORTAL_COMMANDS:
        return {}
    return read_repositories(Path(settings.PORTAL_COMMANDS), settings.REPOSITORIES_DIR)


def read_repositories(file: Path, store: Path) -> Mapping[str, Repository]:
    """The repositories in the file; raises `Undeclared` with a sentence."""
    found = entries(file, "repositories", "repository", KNOWN)
    return {entry.name: _repository(entry, store) for entry in found}


def _repository(entry: Entry, store: Path) -> Repository:
    url, folder = _url(entry), entry.path("folder")
    if bool(url) == bool(folder):
        raise Undeclared(f"The repository “{entry.name}” has a url or a folder; say one of them.")
    main = entry.text("main", Repository.main)
    if not is_refname(main):
        raise Undeclared(f"The main branch of {entry.whose} cannot be called “{main}”.")
    return Repository(
        entry.name,
        store,
        url=url,
        folder=folder,
        main=main,
        title=entry.text("title"),
        user=entry.text("user", Repository.user),
        token=_token(entry),
        authorities=entry.path("authorities"),
        signers=entry.path("signers"),
        keyring=entry.path("keyring"),
        seconds=entry.number("seconds", Repository.seconds, (1, MOST_SECONDS)),
        memory_mb=entry.number(
            "memory_mb", Repository.memory_mb, (LEAST_MEGABYTES, MOST_MEGABYTES)
        ),
        file_mb=entry.number("file_mb", Repository.file_mb, (1, MOST_MEGABYTES)),
    )


def _url(entry: Entry) -> str:
    url = entry.text("url")
    if not url:
        return ""
    try:
        read = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise Undeclared(f"The url of {entry.whose} is no address: {error}.") from error
    if read.scheme != "https" or not read.host or read.userinfo or read.query or read.fragment:
        raise Undeclared(
            f"The url of {entry.whose} begins with https:// and holds no name or password, such as"
            " https://git.example.org/team/portal.git."
        )
    return url


def _token(entry: Entry) -> str:
    """The variable's name: a secret itself has no place in the file."""
    token = entry.text("token")
    if token and not (token.startswith(SECRET) and VARIABLE.fullmatch(token[len(SECRET) :])):
        raise Undeclared(f"The token of {entry.whose} is written as {SECRET}NAME.")
    return token.removeprefix(SECRET)
