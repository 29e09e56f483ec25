"""`python -m deploy_portal.embedded COMMAND`: everything the Makefile starts."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from . import developing, folders, keeping, running, testing, wrapped
from .problem import Problem


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy_portal.embedded", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    tests = commands.add_parser("test", help="pytest with services of its own: test -- ARGS")
    tests.add_argument("rest", nargs=argparse.REMAINDER)
    command = commands.add_parser("with", help="any command with services of its own: with -- CMD")
    command.add_argument("rest", nargs=argparse.REMAINDER)
    for name, help_ in (
        ("services", "only the services, until Ctrl-C, for developers"),
        ("shell-env", "the export lines for those services"),
    ):
        own = commands.add_parser(name, help=help_)
        own.add_argument("--folder", type=Path, default=folders.VAR / "dev")
    for name, help_ in (
        ("backup", "the portal as one file, also while it runs"),
        ("restore", "replace the portal by a backup, held until it is released"),
    ):
        kept = commands.add_parser(name, help=help_)
        kept.add_argument("file", nargs="?", default="")
        kept.add_argument("--folder", type=Path, default=folders.VAR)
    whole = commands.add_parser("run", help="the whole portal, with the demo")
    whole.add_argument("--folder", type=Path, default=folders.VAR)
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> int:
    given = arguments(argv)
    rest = getattr(given, "rest", [])
    rest = rest[1:] if rest[:1] == ["--"] else rest
    match given.command:
        case "run":
            return running.run(given.folder.resolve())
        case "test":
            return testing.run(rest)
        case "with":
            return wrapped.run(rest)
        case "backup":
            return keeping.backup(given.folder.resolve(), given.file)
        case "restore":
            return keeping.restore(given.folder.resolve(), given.file)
        case "services":
            return developing.serve(given.folder.resolve())
        case _:
            return developing.print_exports(given.folder.resolve())


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Problem as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(130)
