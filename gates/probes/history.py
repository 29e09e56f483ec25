"""What a fetched repository says of one commit: where it is, and what lies between it and main."""

import re
from dataclasses import dataclass, field

from connections.mirrors import Mirror
from gates.probes.documents import Unreadable

WHOLE = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
NO_COMMIT = "Needed a single revision"
CHANGES = {"A": "added", "D": "removed"}
SHOWN_COMMITS, SHOWN_FILES = 20, 60


@dataclass
class Found:
    """What is known so far of one commit; `faults` are sentences, the gravest first."""

    commit: str
    faults: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    details: list[str] = field(default_factory=list)

    @property
    def short(self) -> str:
        return self.commit[:12]


def tips(mirror: Mirror, *branches: str) -> dict[str, str]:
    """The newest commit of each of these branches that there is."""
    names = {f"refs/heads/{branch}": branch for branch in branches}
    listed = mirror.ask("for-each-ref", "--format=%(objectname) %(refname)", *names).output
    pairs = (line.partition(" ") for line in listed.splitlines())
    return {names[name]: commit for commit, _, name in pairs if name in names}


def resolved(mirror: Mirror, asked: str) -> str:
    """The whole name of the commit, empty where there is none."""
    ran = mirror.ask(
        "rev-parse", "--verify", "--end-of-options", f"{asked}^{{commit}}", ends=(0, 128)
    )
    said = ran.output.strip()
    if ran.code == 0 and WHOLE.fullmatch(said) and said.startswith(asked):
        return said
    # A branch or tag that is called like a commit would be found instead of it.
    if ran.code == 0 or "ambiguous" in said:
        raise Unreadable(f"{asked} names more than one thing in the repository; write more of it.")
    if NO_COMMIT not in said:
        raise Unreadable(f"The commit could not be looked for: {said[:200]}.")
    return ""


def compared(mirror: Mirror, commit: str, branch: str, tips: dict[str, str]) -> Found:
    """Whether the branch holds it, and commits, files and conflicts against the main branch."""
    found = Found(commit)
    held = mirror.ask("merge-base", "--is-ancestor", commit, tips[branch], ends=(0, 1))
    if held.code:
        found.faults.append(f"{branch} does not hold {found.short}")
    else:
        found.counts["newer"] = _count(mirror, f"{commit}..{tips[branch]}")
    name = mirror.repository.main
    base = mirror.ask("merge-base", tips[name], commit, ends=(0, 1))
    left_at = base.output.strip()
    if base.code or not WHOLE.fullmatch(left_at):
        found.faults.append(f"{found.short} has no history in common with {name}")
        return found
    found.counts["commits"] = _count(mirror, f"{tips[name]}..{commit}")
    found.counts["files"] = _files_changed(mirror, left_at, commit)
    _merge(mirror, found, tips[name])
    found.details += _listed(mirror, tips[name], left_at, commit)
    return found


def _count(mirror: Mirror, between: str) -> int:
    said = mirror.ask("rev-list", "--count", between).output.strip()
    if not said.isdecimal():
        raise Unreadable(f"Git did not count the commits: “{said[:60]}”.")
    return int(said)


def _files_changed(mirror: Mirror, before: str, after: str) -> int:
    said = _difference(mirror, "--shortstat", before, after).strip()
    told = re.match(r"(\d+) files? changed", said)
    if said and not told:
        raise Unreadable(f"Git did not count the files: “{said[:60]}”.")
    return int(told[1]) if told else 0


def _difference(mirror: Mirror, form: str, before: str, after: str) -> str:
    plain = ("-r", "--no-renames", "--no-ext-diff", "--no-textconv")
    return mirror.ask("diff-tree", *plain, form, before, after).output


def _merge(mirror: Mirror, found: Found, main: str) -> None:
    ran = mirror.ask(
        "merge-tree", "--write-tree", "--name-only", "--no-messages", main, found.commit,
        ends=(0, 1),
    )  # fmt: skip
    tree, *files = ran.output.strip().splitlines() or [""]
    if not WHOLE.fullmatch(tree) or bool(ran.code) != bool(files):
        raise Unreadable("Git did not say whether a merge has conflicts.")
    found.counts["conflicts"] = len(files)
    if files:
        where = counted(len(files), "file")
        found.faults.append(f"{found.short} conflicts with {mirror.repository.main} in {where}")
        found.details += [f"conflict: {plain(name)}" for name in files[:SHOWN_FILES]]


def _listed(mirror: Mirror, main: str, left_at: str, commit: str) -> list[str]:
    """The newest commits and the first changed files, as lines for people."""
    told = mirror.ask(
        "rev-list", "--no-commit-header", f"-{SHOWN_COMMITS}", "--format=%h %s", f"{main}..{commit}"
    ).output
    changed = _difference(mirror, "--name-status", left_at, commit)
    return [
        *(f"commit {plain(line)}" for line in told.splitlines()),
        *(_change(line) for line in changed.splitlines()[:SHOWN_FILES]),
    ]


def _change(line: str) -> str:
    letter, _, name = line.partition("\t")
    return f"{CHANGES.get(letter, 'changed')} {plain(name)}"


def plain(text: str) -> str:
    """What others wrote, without signs that would turn or hide a line."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
