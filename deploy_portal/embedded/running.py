"""`make run`: everything from an empty folder to an address and somebody to sign in as."""

import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import assets, folders, forks, health, portal, ports, sample, services
from .children import Program
from .problem import Problem
from .supervisor import Interrupted, Supervisor, say

# A cold disk on a small machine.
READY_SECONDS = 60
ALREADY_RUNNING = (
    "The portal is running from this folder already: stop it first, with Ctrl-C there."
)


def run(root: Path) -> int:
    held = folders.lock(root)
    if held is None:
        raise Problem(ALREADY_RUNNING)
    sockets = take_ports()
    places = folders.prepare(root)
    supervisor = Supervisor(places, say)
    supervisor.listen()
    try:
        supervisor.end_left_overs()
        start(supervisor, places, sockets)
        supervisor.watch()
        say("\nStopping; Ctrl-C again ends everything at once.")
    except Interrupted:
        say("\nStopping before everything had started.")
    finally:
        supervisor.stop()
        places.remove_sockets()
        held.close()
    return 0


def take_ports() -> dict[str, socket.socket]:
    taken = {"web": ports.listen(os.environ, "PORT", 8000, "the portal")}
    if not os.environ.get("EMAIL_URL"):
        taken["smtp"] = ports.listen(os.environ, "SMTP_PORT", 1025, "catching mails")
        taken["reader"] = ports.listen(os.environ, "MAIL_PORT", 8025, "reading mails")
    return taken | sample.take_ports(os.environ)


def start(
    supervisor: Supervisor, places: folders.Folders, sockets: dict[str, socket.socket]
) -> None:
    numbers = {name: taken.getsockname()[1] for name, taken in sockets.items()}
    say("Starting the services …")
    addresses = services.start(supervisor, places, given=os.environ)
    if "smtp" in sockets:
        supervisor.start(portal.mailbox(places, sockets["smtp"], sockets["reader"]))
    addresses |= sample.addresses(places, sockets)
    told = portal.environment(places.root, addresses, numbers["web"], numbers.get("smtp", 0))
    say("Preparing the database and the pages …")
    prepare(supervisor, told, [sample.certificate(places)] if "sample" in sockets else [])
    if "sample" in sockets:
        supervisor.start(sample.program(places, sockets))
    # Whoever comes before the demo waits for it: an empty portal would ask for its first account.
    supervisor.do(portal.load_demo(told))
    # Pages first; who works in the background may come a moment later.
    web = [supervisor.start(program) for program in portal.web_processes(told, sockets["web"])]
    sign_ins = supervisor.ask(portal.show_sign_ins(told))
    for program in portal.background(told):
        supervisor.start(program)
    page = f"http://{ports.HOST}:{numbers['web']}/"
    supervisor.wait_ready(web[0], lambda: health.answers(page), READY_SECONDS)
    say(f"\nDeploy Portal  {told['PORTAL_URL']}")
    if "reader" in numbers:
        say(f"Mails          http://{ports.HOST}:{numbers['reader']}")
    if "sample" in sockets:
        say(f"Sample service {sample.address(sockets)} (its switch turns gates of the demo red)")
    greet(places, sign_ins)


def prepare(supervisor: Supervisor, told: Mapping[str, str], more: Sequence[Program]) -> None:
    """The database, the pages and whatever more, beside each other."""
    root = Path(told["PORTAL_VAR"])
    fresh = assets.is_fresh(root)
    supervisor.do(
        portal.migrate(told),
        *([] if fresh else [portal.collectstatic(told)]),
        *more,
        meanwhile=lambda: forks.load(portal.serving(told)),
    )
    assets.remember(root)


def greet(places: folders.Folders, sign_ins: str) -> None:
    say(f"\n{sign_ins}\n")
    say(f"Logs are in {places.root / 'log'}. Ctrl-C stops everything.")
