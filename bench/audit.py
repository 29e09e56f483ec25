"""X5 and issue 10: a sample of 25 out of 10,000 deployments, a pack of 100,000 events, history."""

import tempfile
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from audit import checkpoints, packs
from audit.population import Criteria
from audit.verification import verify
from audit.verifier import main as verify_pack
from bench.database import database
from bench.pages import row
from deployments import clock
from tests.audit.many import make_long, make_many
from tests.builders import make_administrator, make_deployment, make_team, signed_in

DEPLOYMENTS, EVENTS, SAMPLE = 10_000, 100_000, 25


def main() -> None:
    with database("bench_audit"), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings.AUDIT_DIR = folder / "audit"
        call_command("collectstatic", interactive=False, verbosity=0)
        team = make_team()
        make_many(team, DEPLOYMENTS)
        long = make_deployment(team)
        make_long(long, EVENTS)
        print(f"{'measure':48}{'seconds':>9}   goal")
        timed("first checkpoint, of all chains", checkpoints.make)
        year = clock.now().year
        criteria = Criteria(date(year - 1, 1, 1), date(year + 1, 12, 31), None, "7", SAMPLE)
        timed(
            f"sample of {SAMPLE} of {DEPLOYMENTS} deployments, packed",
            lambda: packs.write_sample(folder / "s.zip", criteria, by=None, tell=lambda _: None),
            "120",
        )
        timed(
            f"pack of {EVENTS} events",
            lambda: packs.write_deployment(folder / "p.zip", long.pk, by=None, tell=lambda _: None),
        )
        call = ["--folder", str(unpacked(folder / "p.zip"))]
        timed("that pack verified", lambda: verify_pack(call))
        timed(f"verify_history, {DEPLOYMENTS} chains", verify)
        client = signed_in(make_administrator())
        client.defaults["SERVER_NAME"] = "localhost"
        print(f"{'page':<12}{'p50 ms':>8}{'p95 ms':>8}   (promised: 60)")
        print(row("history", client, "/history/"))
        print(row("by person", client, "/history/?person=release"))
        print(row("long chain", client, f"/deployments/{long.pk}/audit/"))


def timed(what: str, act: Callable[[], object], goal: str = "") -> None:
    began = time.perf_counter()
    act()
    print(f"{what:48}{time.perf_counter() - began:>9.1f}   {goal}", flush=True)


def unpacked(place: Path) -> Path:
    with zipfile.ZipFile(place) as archive:
        archive.extractall(place.with_suffix(""))
    return place.with_suffix("")


if __name__ == "__main__":
    main()
