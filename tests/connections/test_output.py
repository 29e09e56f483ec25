"""What of a command's output people may see: both ends of it, and none of its secrets."""

from __future__ import annotations

from connections.commands import Command
from connections.running import run
from connections.warden import HEAD_BYTES, TAIL_BYTES
from tests.connections.programs import python, shell


def test_flood_of_output_is_kept_at_both_ends():
    code = """
        import sys
        sys.stdout.write("start\\n")
        for n in range(300_000):
            sys.stdout.write(f"line {n:07}\\n")
    """
    ran = run(python(code))
    assert (ran.code, ran.cut) == (0, False)
    assert ran.output.startswith("start\nline 0000000\n")
    assert ran.output.endswith("line 0299999\n")
    written = 6 + 300_000 * 13
    assert ran.left_out == written - HEAD_BYTES - TAIL_BYTES
    assert f"… {ran.left_out:,} bytes left out …" in ran.output


def test_endless_output_is_cut_at_the_limit():
    ran = run(Command("yes", ("yes",), seconds=1))
    assert (ran.cut, len(ran.output.encode()) < 1024 * 1024 + 100) == (True, True)


def test_output_that_is_no_text_is_replaced():
    assert run(shell(r"printf 'a\377b'")).output == "a\ufffdb"


# --- secrets ----------------------------------------------------------------------------------


def test_secret_of_the_environment_is_hidden(monkeypatch):
    monkeypatch.setenv("BACKUP_TOKEN", "geheim-1234")
    command = shell(
        "echo token $TOKEN.; echo $TOKEN >&2", environment={"TOKEN": "$env:BACKUP_TOKEN"}
    )
    assert run(command).output == "token [secret].\n[secret]\n"
    assert "geheim" not in repr(command)


def test_secret_of_several_lines_is_hidden_line_by_line(monkeypatch):
    monkeypatch.setenv("KEY", "-----BEGIN\nAAAABBBBCCCC\n-----END-")
    command = shell('echo "$KEY" | tail -n 2 | head -n 1', environment={"KEY": "$env:KEY"})
    assert run(command).output == "[secret]\n"


def test_secret_given_by_the_caller_is_hidden():
    assert run(shell("echo sesame-open"), secrets=["sesame-open"]).output == "[secret]\n"


def test_half_of_a_secret_beside_what_is_left_out_is_hidden():
    secret = "geheim-" + "x" * 20
    before, after = HEAD_BYTES - 10, TAIL_BYTES - 10
    code = f"""
        import sys
        sys.stdout.write("a" * {before} + "{secret}" + "b" * 5000 + "{secret}" + "c" * {after})
    """
    ran = run(python(code), secrets=[secret])
    assert ran.left_out > 0
    assert ("geheim" in ran.output, "xxx" in ran.output) == (False, False)
