"""Whether a tag names the commit, and whether somebody who may has signed it."""

from collections.abc import Iterator

from connections.mirrors import Mirror
from gates.probes.documents import Unreadable
from gates.probes.history import Found, plain


def wrong_tag(mirror: Mirror, commit: str, tag: str) -> Iterator[str]:
    """What is wrong with the tag, as sentences; nothing where it names the commit."""
    form = "--format=%(objecttype) %(objectname) %(*objectname) %(tag)"
    told = mirror.ask("for-each-ref", form, f"refs/tags/{tag}").output.strip()
    if not told:
        yield f"there is no tag {tag}"
        return
    kind, named, peeled, inside = [*told.split(" ", 3), "", "", ""][:4]
    if (peeled if kind == "tag" else named) != commit:
        yield f"the tag {tag} names another commit"
    if kind == "tag" and inside != tag:
        # A signed tag can be shown under another name than the one that was signed.
        yield f"the tag {tag} was made as {plain(inside)[:80]}"


def unsigned(mirror: Mirror, found: Found, what: str, tag: str) -> Iterator[str]:
    """Why the signature does not count, as a sentence; nothing where it does."""
    verb, name = ("verify-tag", f"refs/tags/{tag}") if what == "tag" else (
        "verify-commit", found.commit,
    )  # fmt: skip
    whose = f"the {what} {tag if what == 'tag' else found.short}"
    ran = mirror.ask(verb, "--end-of-options", name, ends=tuple(range(256)))
    said = [plain(line.strip()) for line in ran.output.splitlines() if line.strip()]
    if any("cannot run" in line for line in said):
        raise Unreadable(f"The signature cannot be looked at: {said[0][:120]}.")
    if ran.code == 0:
        found.details = [*said[:1], *found.details]
        return
    # Git itself says nothing of a commit without any signature.
    why = said[-1].removeprefix("error: ")[:120] if said else "it has no signature"
    yield f"{whose} is not signed by anybody who may: {why}"
