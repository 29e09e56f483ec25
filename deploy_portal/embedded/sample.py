"""Which service does the demo measure? The one in examples/sample, on two ports of its own."""

import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import replace

from . import ports
from .children import Program
from .folders import PROJECT, Folders

# After whoever asks it.
ORDER = 8
SWITCHED_OFF = frozenset({"0", "false", "off", "no", "n"})


def take_ports(environment: Mapping[str, str]) -> dict[str, socket.socket]:
    """Its plain and its secured one; none where the demo is switched off."""
    if environment.get("PORTAL_DEMO", "1").lower() in SWITCHED_OFF:
        return {}
    wanted = (("sample", "SAMPLE_PORT", 8090), ("sample_tls", "SAMPLE_TLS_PORT", 8443))
    return {
        key: ports.listen_somewhere(environment, name, default, "the sample service")
        for key, name, default in wanted
    }


def address(sockets: Mapping[str, socket.socket]) -> str:
    """Where its switch is; empty without one."""
    plain = sockets.get("sample")
    return f"http://{ports.HOST}:{plain.getsockname()[1]}" if plain else ""


def addresses(places: Folders, sockets: Mapping[str, socket.socket]) -> dict[str, str]:
    """What the demo has to know of it."""
    found = address(sockets)
    if not found:
        return {}
    return {
        "PORTAL_DEMO_SAMPLE": found,
        # So that a watch shows within two minutes what it shows in half an hour elsewhere.
        "WATCH_PACE": os.environ.get("WATCH_PACE", "5"),
        "PORTAL_DEMO_SAMPLE_TLS": f"https://{ports.HOST}:{sockets['sample_tls'].getsockname()[1]}",
        "PORTAL_DEMO_SAMPLE_AUTHORITY": str(places.sample / "authority.pem"),
    }


def certificate(places: Folders) -> Program:
    """Makes its certificate and ends: making one needs more memory than serving with it."""
    return _program("sample-certificate", "examples.sample.certificate", str(places.sample))


def program(places: Folders, sockets: Mapping[str, socket.socket]) -> Program:
    descriptors = (sockets["sample"].fileno(), sockets["sample_tls"].fileno())
    started = _program(
        "sample",
        "examples.sample",
        *("--certificate", str(places.sample / "server.pem")),
        *("--sockets", *map(str, descriptors)),
    )
    return replace(started, pass_fds=descriptors, order=ORDER, patience=0.5)


def _program(name: str, module: str, *arguments: str) -> Program:
    told = dict(os.environ) | {"PYTHONPATH": str(PROJECT)}
    return Program(name, [sys.executable, "-m", module, *arguments], told)
