"""Puts a pack together: the evidence of one deployment, or of all that a sample drew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.models import User
from audit import checkpoints, drawing, evidence, keys, population, printing
from audit.evidence import Evidences, Tell
from audit.packing import Archive, Folder
from audit.population import Criteria
from audit.verifier import fingerprint
from audit.verifier_file import VERIFIER
from deployments import clock

READ_ME = """\
Evidence from Deploy Portal. record.html and record.pdf are for reading, history.html holds every
event, the other files are what a program reads. To see whether anything was changed:

    pip install cryptography
    python verify.py --key FINGERPRINT

FINGERPRINT is that of the portal's public key, from somebody else than who gave you this: it stands
on the portal's page "Proof" and in each mail with a checkpoint. Better still, take verify.py from
there too, and name the checkpoints that you kept: --checkpoints FOLDER.
"""


def write_deployment(place: Path, deployment_id: int, *, by: User | None, tell: Tell) -> None:
    """`tell` is told the events that are done, of twice as many as there are."""
    checkpoints.make()
    made = about(by)  # of an instant that is not after what is gathered
    found = evidence.gather(deployment_id)
    with Archive(place, clock.now()) as archive:
        folder = Folder(archive)
        _add_tools(folder)
        _add(folder, found, made, tell)


def write_sample(place: Path, criteria: Criteria, *, by: User | None, tell: Tell) -> None:
    """`tell` is told the deployments that are done."""
    checkpoints.make()
    made = about(by)
    numbers, sample = population.draw(criteria)
    with Archive(place, clock.now()) as archive:
        folder = Folder(archive)
        _add_tools(folder)
        folder.add("population.csv", population.csv_of(criteria, sample))
        folder.add_data("sample.json", population.described(criteria, numbers, sample))
        for number in sample:
            inner = folder.within(f"deployments/{number}")
            _add(inner, evidence.gather(number), made, lambda _: None)
            folder.take_over(f"deployments/{number}", inner)
            tell(1)
        folder.seal({"kind": "sample", "made": made})


def about(by: User | None) -> dict[str, Any]:
    return {
        "at": clock.now().isoformat(timespec="seconds"),
        "by": str(by) if by else "the command line",
        "portal": settings.PORTAL_URL,
        "key": fingerprint(keys.public_key_of(keys.signing_key())),
    }


def _add_tools(folder: Folder) -> None:
    folder.add("verify.py", [VERIFIER.read_bytes()])
    folder.add("readme.txt", [READ_ME.encode()])
    folder.add("public_key.txt", [f"{keys.public_key_of(keys.signing_key())}\n".encode()])


def _add(folder: Folder, found: Evidences, made: dict[str, Any], tell: Tell) -> None:
    folder.add_data("deployment.json", found.facts)
    folder.add_data("votes.json", found.votes)
    folder.add_data("waivers.json", found.waivers)
    folder.add_data("exemptions.json", found.exemptions)
    folder.add_data("items.json", found.items)
    folder.add_data("comments.json", found.comments)
    for decision in found.decisions:
        folder.add_data(f"dossiers/{decision['id']}.json", decision)
    for number, content in evidence.contents_of(found):
        folder.add(f"versions/{number:04}.json", [content])
    folder.add("events.jsonl", _lines(found, tell))
    folder.add("checkpoints.jsonl", evidence.checkpoints_of(found))
    folder.add("history.html", printing.history_of(found, made, tell))
    folder.add("record.html", [printing.record_of(found, made)])
    folder.add("record.pdf", [drawing.record_pdf(found, made)])
    chain = found.deployment.chain_key
    folder.seal({"kind": "deployment", "made": made, "chain": chain, "events": found.events,
                 "head": found.head})  # fmt: skip


def _lines(found: Evidences, tell: Tell) -> Iterator[bytes]:
    done = 0
    for done, line in enumerate(map(evidence.line_of, evidence.events_of(found)), start=1):
        yield line
        if not done % evidence.BATCH:
            tell(evidence.BATCH)
    tell(done % evidence.BATCH)
