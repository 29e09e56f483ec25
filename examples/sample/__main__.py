"""`python -m examples.sample`: on ports of its own choice, or on sockets that are handed over."""

import argparse
import socket
import ssl
from pathlib import Path

from .serving import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m examples.sample", description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--listen", metavar="HOST:PORT", help="without TLS")
    where.add_argument("--sockets", nargs=2, type=int, metavar="FD", help="plain and secured")
    parser.add_argument("--certificate", type=Path, help="PEM file with key and certificate")
    parser.add_argument("--name", action="append", default=[], help="another name of this host")
    given = parser.parse_args()
    if given.listen:
        host, _, port = given.listen.rpartition(":")
        serve(socket.create_server((host, int(port))), names=given.name)
        return
    plain, secured = (socket.socket(fileno=number) for number in given.sockets)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(given.certificate)
    serve(plain, secured, context, names=given.name)


if __name__ == "__main__":
    main()
