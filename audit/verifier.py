"""Verifies an evidence pack of Deploy Portal, without the portal.

    python verify.py [--folder FOLDER] [--key FINGERPRINT] [--checkpoints FILE_OR_FOLDER]

Needs Python 3.11 or later and the package `cryptography`, nothing else. It says what holds and
what does not, and ends with 0 if everything holds, else with 1. `--key` is the fingerprint of the
portal's public key as you know it from elsewhere: without it a pack that somebody else signed with
a key of their own would look whole. `--checkpoints` compares with checkpoints that you kept.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import heapq
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

CHECKPOINT, MANIFEST = b"deploy-portal checkpoint\n", b"deploy-portal manifest\n"
LINE = re.compile(rb'\{"event":(\{.*\}),"hash":"([0-9a-f]{64})"\}\n?', re.DOTALL)
MANIFEST_FILES = frozenset({"manifest.json", "manifest.sig"})


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def fingerprint(public_key: str) -> str:
    """SHA-256 of the raw public key, which is given in base64."""
    return sha256(decoded(public_key))


def decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def is_signed(what: bytes, signed: bytes, signature: str, public_key: str) -> bool:
    """`what` tells kinds of statement apart, so that one is never taken for another."""
    try:
        key = Ed25519PublicKey.from_public_bytes(decoded(public_key))
        key.verify(decoded(signature), what + signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def canonical(value: Any) -> bytes:
    """RFC 8785 as long as there is nothing but text and whole numbers in it."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def leaf(head: Sequence[Any]) -> bytes:
    """A head is chain, number of events, last hash."""
    return hashlib.sha256(b"\x00" + canonical(list(head))).digest()


def levels(leaves: Sequence[bytes]) -> Iterator[list[bytes]]:
    """From the leaves to the root; one without a partner is carried up as it is."""
    level = list(leaves)
    yield level
    while len(level) > 1:
        pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
        level = [hashlib.sha256(b"\x01" + b"".join(one)).digest() if one[1:] else one[0]
                 for one in pairs]  # fmt: skip
        yield level


def root(heads: Iterable[Sequence[Any]]) -> str:
    *_, top = levels([leaf(head) for head in heads])
    return top[0].hex() if top else ""


def path(heads: Iterable[Sequence[Any]], place: int) -> list[list[str]]:
    """What leads from one head to the root: on which side the other stands, and its hash."""
    found = []
    for level in levels([leaf(head) for head in heads]):
        other = place ^ 1
        if other < len(level):
            found.append(["left" if other < place else "right", level[other].hex()])
        place //= 2
    return found


def climbed(head: Sequence[Any], steps: Iterable[Sequence[str]]) -> str:
    """The root that a head leads to by a path."""
    at = leaf(head)
    for side, other in steps:
        pair = bytes.fromhex(other) + at if side == "left" else at + bytes.fromhex(other)
        at = hashlib.sha256(b"\x01" + pair).digest()
    return at.hex()


def drawn(seed: str, population: Iterable[int], size: int) -> list[int]:
    """The sample: those whose SHA-256 of “seed:number” is smallest, in the order of these."""
    return heapq.nsmallest(size, population, key=lambda one: sha256(f"{seed}:{one}".encode()))


class Pack:
    """One folder with a manifest, and everything that is found about it."""

    def __init__(self, folder: Path, key: str, kept: dict[int, dict[str, Any]]) -> None:
        self.folder, self.key, self.kept = folder, key, kept
        self.holds: list[str] = []
        self.faults: list[str] = []
        self.manifest: dict[str, Any] = {}
        # Events about signatures and contents, by kind and number of these.
        self.bound: dict[tuple[str, str], dict[str, Any]] = {}
        # What events say of decisions and votes: by number, the digest of all that each says.
        self.decided: dict[int, str] = {}
        self.voted: dict[int, str] = {}

    def verify(self) -> None:
        if not self._manifest():
            return
        self._files()
        if self.manifest.get("kind") == "sample":
            self._sample()
        else:
            self._chain(self._checkpoints())

    def _manifest(self) -> bool:
        try:
            raw = (self.folder / "manifest.json").read_bytes()
            signature = (self.folder / "manifest.sig").read_text("ascii").strip()
            self.manifest = json.loads(raw)
            public_key = str(self.manifest["public_key"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            self.faults.append(f"There is no manifest that can be read: {error}.")
            return False
        signer = fingerprint(public_key)
        if not is_signed(MANIFEST, raw, signature, public_key):
            self.faults.append("The manifest was changed: its signature does not fit it.")
        elif self.key and signer != self.key:
            self.faults.append(f"The pack is signed by another key, {signer}.")
        else:
            self.holds.append(f"The manifest is signed by the key {signer}.")
        return True

    def _files(self) -> None:
        listed = {str(one["name"]): one for one in self.manifest["files"]}
        there = {
            file.relative_to(self.folder).as_posix()
            for file in self.folder.rglob("*")
            if file.is_file() and "__pycache__" not in file.parts
        } - MANIFEST_FILES
        wrong = [f"{name} is missing." for name in sorted(listed.keys() - there)]
        wrong += [f"{name} is not in the manifest." for name in sorted(there - listed.keys())]
        for name in sorted(there & listed.keys()):
            with (self.folder / name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != listed[name]["sha256"]:
                    wrong.append(f"{name} was changed.")
        self.faults += wrong
        if not wrong:
            self.holds.append(f"All {len(listed)} files are those that were signed.")

    def _checkpoints(self) -> dict[int, list[tuple[int, str]]]:
        """What signed checkpoints say of the chain: by number of events, which and the hash."""
        said: dict[int, list[tuple[int, str]]] = {}
        chain, signed = self.manifest["chain"], 0
        for line in self._lines("checkpoints.jsonl"):
            one = json.loads(line)
            number, head = json.loads(one["statement"])["number"], one["head"]
            if fault := self._fault_of(one, number):
                self.faults.append(f"Checkpoint {number} {fault}.")
            elif head[0] == chain:
                said.setdefault(head[1], []).append((number, head[2]))
                signed += 1
        for number, one in self.kept.items():
            for name, count, expected in one["heads"]:
                if name == chain and not (count > self.manifest["events"] and self._is_later(one)):
                    said.setdefault(count, []).append((number, expected))
        self.holds.append(f"{signed} signed checkpoints saw this chain.")
        return said

    def _is_later(self, one: dict[str, Any]) -> bool:
        """What came after the pack was made cannot be in it, and is no tail that was cut off."""
        at = datetime.fromisoformat(json.loads(one["statement"])["at"])
        return at > datetime.fromisoformat(self.manifest["made"]["at"])

    def _fault_of(self, one: dict[str, Any], number: int) -> str:
        """What is wrong with a checkpoint of the pack, after its name."""
        statement, signer = one["statement"], fingerprint(one["public_key"])
        trusted = {self.key or fingerprint(self.manifest["public_key"])}
        if not is_signed(CHECKPOINT, statement.encode(), one["signature"], one["public_key"]):
            return "was changed: its signature does not fit it"
        if signer not in trusted.union(self.manifest.get("earlier_keys", [])):
            return f"is signed by another key, {signer}"
        if climbed(one["head"], one["path"]) != json.loads(statement)["root"]:
            return "does not say what the pack makes of it"
        if number in self.kept and self.kept[number]["statement"] != statement:
            return "is not the one that you kept"
        return ""

    def _chain(self, said: dict[int, list[tuple[int, str]]]) -> None:
        """Each event follows the one before it, and is what was written and checkpointed."""
        before, place, faults = "", 0, len(self.faults)
        for line in self._lines("events.jsonl"):
            place += 1
            event, found = self._event(line, place)
            if event.get("sequence") != place:
                self.faults.append(f"Event {place} is missing or out of its order.")
                place = int(event.get("sequence") or place)
            if event.get("previous_hash") != before:
                self.faults.append(f"Event {place} does not follow the event before it.")
            before = found
            for number, expected in said.pop(place, []):
                if expected != before:
                    self.faults.append(f"Checkpoint {number} saw another event {place}.")
        for count, seen in said.items():
            self.faults.append(f"Checkpoint {seen[0][0]} saw {count} events; the tail is cut off.")
        if (place, before) != (self.manifest["events"], self.manifest["head"]):
            self.faults.append(f"The chain should end at event {self.manifest['events']}.")
        if len(self.faults) == faults:
            self.holds.append(f"All {place} events follow one another and say what was written.")
        self._votes()
        self._decisions()

    def _event(self, line: bytes, place: int) -> tuple[dict[str, Any], str]:
        """What a line says, and the hash beside it, which is that of what it says."""
        found = LINE.fullmatch(line)
        if not found:
            self.faults.append(f"Event {place} cannot be read.")
            return {}, ""
        event, kept = json.loads(found[1]), found[2].decode()
        if sha256(found[1]) != kept:
            self.faults.append(f"Event {place} was changed after it was written.")
        if event.get("object_kind") in {"vote", "contentversion"}:
            self.bound[event["object_kind"], event["object_id"]] = event
        after = event.get("after", {})
        if "decision" in after and "dossier" in after:
            self.decided[after["decision"]] = after["dossier"]
        if "vote" in after and "record" in after:
            self.voted[after["vote"]] = after["record"]
        return event, kept

    def _votes(self) -> None:
        """Each is on a content that is here, and what its event says; early events say less."""
        contents = {sha256(file.read_bytes()) for file in (self.folder / "versions").glob("*.json")}
        votes, wrong = json.loads(b"".join(self._lines("votes.json")) or b"[]"), []
        for vote in votes:
            event = self.bound.get(("vote", str(vote["id"])), {})
            if vote["content_hash"] not in contents:
                wrong.append(f"What {vote['person']} signed is not in the pack.")
            digest = sha256(canonical(vote))
            if (
                event.get("after", {}).get("content") != vote["content_hash"]
                or self.voted.get(vote["id"], digest) != digest
            ):
                wrong.append(f"The signature of {vote['person']} is not in history as it is here.")
        for (kind, _), event in self.bound.items():
            if kind == "contentversion" and event["after"].get("content") not in contents:
                wrong.append(f"Version {event['after'].get('version')} was changed or is missing.")
        told = {str(vote["id"]) for vote in votes}
        gone = [number for kind, number in self.bound if kind == "vote" and number not in told]
        wrong += [f"The signature {number}, which history names, is missing." for number in gone]
        self.faults += wrong
        if not wrong:
            self.holds.append(f"{len(votes)} signatures are each on a content that is here.")

    def _decisions(self) -> None:
        """Each is, with its dossier, what its event says; events of earlier portals name none."""
        files = {int(file.stem): file for file in (self.folder / "dossiers").glob("*.json")}
        wrong = [
            f"The decision {number} is not the one that history names."
            for number, digest in sorted(self.decided.items())
            if number not in files or sha256(files[number].read_bytes()) != digest
        ]
        since = min(self.decided, default=max(files, default=0) + 1)
        later = sorted(number for number in files if number > since)
        wrong += [
            f"No event names the decision {number}."
            for number in later
            if number not in self.decided
        ]
        self.faults += wrong
        if self.decided and not wrong:
            self.holds.append(f"{len(self.decided)} decisions are those that history names.")

    def _sample(self) -> None:
        """The draw is repeated, and each pack of the sample verified by itself."""
        said = json.loads((self.folder / "sample.json").read_bytes())
        again = drawn(said["seed"], said["population"], said["size"])
        folders = {one.name for one in (self.folder / "deployments").glob("*")}
        if again != said["sample"] or folders != {str(one) for one in again}:
            self.faults.append("The sample is not the one that its seed draws.")
        else:
            number = len(said["population"])
            self.holds.append(f"{len(again)} of {number} were drawn by the seed {said['seed']}.")
        for name in sorted(folders):
            one = Pack(self.folder / "deployments" / name, self.key, self.kept)
            one.verify()
            self.holds += [f"#{name}: {sentence}" for sentence in one.holds]
            self.faults += [f"#{name}: {sentence}" for sentence in one.faults]

    def _lines(self, name: str) -> Iterator[bytes]:
        file = self.folder / name
        if file.is_file():
            with file.open("rb") as lines:
                yield from lines


def kept_in(place: Path) -> dict[int, dict[str, Any]]:
    """Checkpoints kept outside, by number; a heads list that was not signed is left out."""
    kept = {}
    for file in sorted(place.glob("*.json")) if place.is_dir() else [place]:
        one = json.loads(file.read_bytes())
        facts = json.loads(one["statement"])
        kept[facts["number"]] = one if root(one["heads"]) == facts["root"] else {**one, "heads": []}
    return kept


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--key", default="", help="fingerprint of the portal's public key")
    parser.add_argument("--checkpoints", type=Path, help="checkpoints that you kept")
    asked = parser.parse_args(arguments)
    kept = kept_in(asked.checkpoints) if asked.checkpoints else {}
    pack = Pack(asked.folder, asked.key.strip().lower(), kept)
    try:
        pack.verify()
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        pack.faults.append(f"The pack cannot be read: {type(error).__name__}: {error}.")
    lines = [f"holds   {one}" for one in pack.holds] + [f"FAULT   {one}" for one in pack.faults]
    if not pack.faults and not asked.key:
        lines.append("note    Compare the key with the fingerprint that you know, or use --key.")
    lines.append("Everything holds." if not pack.faults else f"{len(pack.faults)} faults.")
    for line in lines:
        # What a name says to a terminal stays unsaid.
        sys.stdout.write("".join(one if one.isprintable() else "?" for one in line) + "\n")
    return 1 if pack.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
