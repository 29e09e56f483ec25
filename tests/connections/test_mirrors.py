"""The copy of a repository: nothing that others wrote is run, and nothing half done is believed."""

from __future__ import annotations

import os
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme

from connections.declaring import Undeclared
from connections.mirrors import NotAnswered, fetched
from connections.repositories import Repository
from tests.gitting import Repo, needs_git
from tests.servers import hanging_up, serving, silent

pytestmark = needs_git


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "origin")


def declared(repo: Repo, **facts: Any) -> Repository:
    place = {"store": repo.folder.parent / "store", "folder": str(repo.folder), "seconds": 30}
    return Repository("portal", **{**place, **facts})


def newest(repository: Repository) -> str:
    with fetched(repository) as mirror:
        return mirror.ask("rev-parse", "--verify", "refs/heads/main").output.strip()


def test_programs_that_a_repository_names_are_not_run(repo, tmp_path):
    mark = tmp_path / "mark"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho $0 $@ >> {mark}\ncat\n")
    program.chmod(0o755)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for hook in ("reference-transaction", "post-checkout", "pre-auto-gc", "post-update"):
        (hooks / hook).symlink_to(program)
    repo.commit("drivers", **{".gitattributes": "* merge=own diff=own filter=own\n"})
    repo.commit("module", **{".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = ext::false\n'})
    for key in (
        "core.fsmonitor", "core.sshCommand", "core.gitProxy", "core.pager", "core.editor",
        "core.alternateRefsCommand", "uploadpack.packObjectsHook", "diff.external", "gpg.program",
        "gpg.ssh.program", "merge.own.driver", "diff.own.textconv", "diff.own.command",
        "filter.own.clean", "filter.own.smudge", "filter.own.process", "credential.helper",
    ):  # fmt: skip
        repo("config", key, str(program))
    repo("config", "core.hooksPath", str(hooks))
    mark.unlink(missing_ok=True)
    with fetched(declared(repo)) as mirror:
        both = ("refs/heads/main~1", "refs/heads/main")
        mirror.ask("merge-tree", "--write-tree", *both)
        mirror.ask("diff-tree", "-r", "-p", *both)
        mirror.ask("verify-commit", both[1], ends=(1,))
    assert not mark.exists()


@pytest.mark.parametrize(
    "source", ["ext::sh -c id", "ssh://127.0.0.1/x", "git://127.0.0.1/x", "http://127.0.0.1/x"]
)
def test_other_protocols_than_the_declared_one_are_not_spoken(repo, source):
    with pytest.raises(NotAnswered) as caught:
        newest(declared(repo, folder="", url=source))
    assert "not allowed" in caught.value.sentence


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a folder to somebody else")
def test_folder_of_another_user_is_asked_as_it_was_declared(repo):
    for place in [repo.folder, *repo.folder.rglob("*")]:
        os.chown(place, 65534, 65534)
    assert len(newest(declared(repo))) == 40


def test_copy_that_was_left_half_done_is_made_anew(repo):
    repository = declared(repo)
    commit = newest(repository)
    copy = repository.store / "portal" / "copy.git"
    (copy / "packed-refs.lock").touch()
    (copy / "refs" / "heads" / "main.lock").touch()
    (repository.store / "portal" / "half-done").touch()
    assert newest(repository) == commit
    assert not (copy / "packed-refs.lock").exists()


def test_fetch_that_does_not_end_is_cut_and_its_copy_thrown_away(repo):
    with serving(silent) as server:
        slow = declared(repo, folder="", url=f"https://127.0.0.1:{server.port}/x", seconds=1)
        with pytest.raises(NotAnswered) as caught:
            newest(slow)
    assert caught.value.sentence == "“portal” was not fetched and read within 1 s."
    assert (slow.store / "portal" / "half-done").exists()
    assert len(newest(declared(repo))) == 40


def test_server_without_an_answer_is_told(repo):
    with serving(hanging_up) as server, pytest.raises(NotAnswered) as caught:
        newest(declared(repo, folder="", url=f"https://127.0.0.1:{server.port}/x"))
    assert caught.value.sentence.startswith("“portal” could not be fetched: ")


def test_one_copy_is_held_by_one_at_a_time(repo):
    with fetched(declared(repo)), pytest.raises(NotAnswered) as caught:
        newest(declared(repo, seconds=1))
    assert caught.value.sentence == "“portal” was asked by others all the time, for 1 s."


def test_many_at_once_all_get_an_answer(repo):
    commit, found = repo("rev-parse", "main"), list[str]()
    threads = [
        threading.Thread(target=lambda: found.append(newest(declared(repo)))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [commit] * 4


def test_place_where_no_copy_can_be_kept_is_told(repo, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(NotAnswered) as caught:
        newest(declared(repo, store=tmp_path / "file"))
    assert caught.value.sentence == "The copy of “portal” cannot be kept: Not a directory."


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (None, "No such file or directory."),
        ("git version 2.30.2", "; it has “git version 2.30.2”."),
        ("git version 1.99", "; it has “git version 1.99”."),
        ("", "; it has “”."),
    ],
)
def test_git_that_is_missing_or_too_old_is_told(repo, tmp_path, monkeypatch, said, sentence):
    programs = tmp_path / "programs"
    programs.mkdir()
    if said is not None:
        (programs / "git").write_text(f"#!/bin/sh\necho '{said}'\n")
        (programs / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    with pytest.raises(NotAnswered) as caught:
        newest(declared(repo))
    assert caught.value.sentence.startswith(
        "git 2.38 or newer is needed on the machine of the workers"
    )
    assert caught.value.sentence.endswith(sentence)


def test_pack_larger_than_allowed_is_told_and_leaves_nothing(repo):
    (repo.folder / "large").write_bytes(os.urandom(3_000_000))
    repo.commit("large")
    small = declared(repo, file_mb=1)
    with pytest.raises(NotAnswered) as caught:
        newest(small)
    assert caught.value.sentence.startswith("“portal” could not be fetched: ")
    left = (small.store / "portal" / "copy.git" / "objects" / "pack").glob("*")
    assert list(left) == []


# --- over https -------------------------------------------------------------------------------


class Handler(SimpleHTTPRequestHandler):
    """Serves files as a plain web server does, to whoever shows the token."""

    seen: list[str]

    def do_GET(self) -> None:
        self.seen.append(self.headers.get("Authorization", ""))
        if self.seen[-1] == "Basic b2F1dGgyOnMzY3JldC10b2tlbg==":
            super().do_GET()
        else:
            self.send_error(401)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def published(repo: Repo, folder: Path) -> Iterator[tuple[str, Path, list[str]]]:
    """The address of the repository, the file of the authority to trust, and what was shown."""
    bare = folder / "web" / "portal.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", str(repo.folder), str(bare)], check=True)
    subprocess.run(["git", "update-server-info"], cwd=bare, check=True)
    authority, seen = trustme.CA(), list[str]()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    handler = type("Own", (Handler,), {"seen": seen})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=folder / "web"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    try:
        port = server.server_address[1]
        yield f"https://127.0.0.1:{port}/portal.git", folder / "ca.pem", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_repository_is_fetched_over_https_with_the_token_and_the_own_authority(
    repo, tmp_path, monkeypatch
):
    monkeypatch.setenv("GIT_TOKEN", "s3cret-token")
    with published(repo, tmp_path) as (url, authorities, seen):
        facts = {"folder": "", "url": url, "user": "oauth2"}
        known = declared(repo, **facts, authorities=str(authorities), token="GIT_TOKEN")
        assert newest(known) == repo("rev-parse", "main")
        assert set(seen) == {"Basic b2F1dGgyOnMzY3JldC10b2tlbg=="}
        for other, reason in (
            (declared(repo, **facts, token="GIT_TOKEN"), "certificate"),
            (declared(repo, **facts, authorities=str(authorities)), "could not read Username"),
        ):
            with pytest.raises(NotAnswered) as caught:
                newest(other)
            assert reason in caught.value.sentence


def test_token_that_the_worker_does_not_have_is_told(repo):
    with pytest.raises(Undeclared) as caught:
        newest(declared(repo, token="NOT_SET_ANYWHERE"))
    assert caught.value.sentence == (
        "The repository “portal” needs the variable NOT_SET_ANYWHERE of the worker, which is not"
        " set."
    )


def test_token_is_not_shown(repo, monkeypatch):
    monkeypatch.setenv("GIT_TOKEN", "s3cret-token")
    with fetched(declared(repo, token="GIT_TOKEN", user="oauth2")) as mirror:
        shown = mirror.ask("config", "--list").output
    assert ("s3cret-token" in shown, "b2F1dGgyOnMzY3JldC10b2tlbg" in shown) == (False, False)
