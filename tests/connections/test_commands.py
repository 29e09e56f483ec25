"""Declared commands: what the file may say, and how it is told when it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from connections.commands import Command, command_names, declaration, read_commands
from connections.declaring import Undeclared

CHECK = 'argv = ["check"]\n'


def declared(folder: Path, text: str) -> Path:
    file = folder / "commands.toml"
    file.write_text(text)
    return file


# --- the file ---------------------------------------------------------------------------------


def test_commands_are_off_when_no_file_is_named(settings):
    settings.PORTAL_COMMANDS = ""
    assert (command_names(), declaration().is_on) == ([], False)


def test_command_is_read_with_all_that_it_says(tmp_path, settings):
    settings.PORTAL_COMMANDS = str(
        declared(
            tmp_path,
            '[commands.backup-check]\nargv = ["/usr/bin/check", "--all"]\nfolder = "/srv"\n'
            'seconds = 5\nmemory_mb = 64\ntitle = "Backup"\n'
            '[commands.backup-check.environment]\nTOKEN = "$env:BACKUP_TOKEN"\n'
            "[commands.a]\n" + CHECK,
        )
    )
    assert command_names() == ["a", "backup-check"]
    assert declaration().commands["backup-check"] == Command(
        "backup-check", ("/usr/bin/check", "--all"), "Backup", "/srv", 5, 64,
        environment={"TOKEN": "$env:BACKUP_TOKEN"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[commands", "is no TOML"),
        ("\x00", "is no TOML"),
        (
            "[command.a]\n" + CHECK,
            "has “command”; it knows [commands.NAME] and [repositories.NAME] only.",
        ),
        ("commands = 3", "Commands stand in commands.toml as [commands.NAME]."),
        ("[commands]\na = 3", "The command “a” is declared as [commands.a]."),
        ('[commands."A B"]\n' + CHECK, "“A B” is no name for a command"),
        ("[commands.a]\nshell = true\n" + CHECK, "has no setting “shell”; it knows argv, folder"),
        ("[commands.a]", "The command “a” needs argv, such as"),
        ("[commands.a]\nargv = []", "The command “a” needs argv, such as"),
        ('[commands.a]\nargv = "check --all"', "The command “a” needs argv, such as"),
        ('[commands.a]\nargv = ["x", 3]', "The command “a” needs argv, such as"),
        ('[commands.a]\nargv = ["bin/x"]', "is a name on the PATH or a whole path, not “bin/x”."),
        ('[commands.a]\nargv = ["x\\u0000"]', "needs argv"),
        ('[commands.a]\nfolder = "x"\n' + CHECK, "folder of the command “a” must be a whole path"),
        ("[commands.a]\nseconds = 0\n" + CHECK, "must be a whole number from 1 to 3600."),
        ("[commands.a]\nseconds = true\n" + CHECK, "must be a whole number from 1 to 3600."),
        ("[commands.a]\nmemory_mb = 1\n" + CHECK, "must be a whole number from 64 to"),
        ("[commands.a]\ntitle = 3\n" + CHECK, "“title” of the command “a” must be text."),
        ('[commands.a]\nenvironment = "x"\n' + CHECK, "gives texts to variable names."),
        ("[commands.a]\nenvironment = {A = 3}\n" + CHECK, "gives texts to variable names."),
        ('[commands.a]\nenvironment = {"A=B" = "x"}\n' + CHECK, "gives texts to variable names."),
    ],
)
def test_broken_file_is_told_in_a_sentence(tmp_path, settings, text, sentence):
    file = declared(tmp_path, text)
    with pytest.raises(Undeclared) as caught:
        read_commands(file)
    assert sentence in caught.value.sentence
    settings.PORTAL_COMMANDS = str(file)
    assert (command_names(), declaration().problem) == ([], caught.value.sentence)


def test_file_that_is_not_there_is_told(tmp_path, settings):
    settings.PORTAL_COMMANDS = str(tmp_path / "none.toml")
    assert declaration().problem.endswith("none.toml cannot be read: No such file or directory.")
