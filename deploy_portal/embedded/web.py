"""`python -m deploy_portal.embedded.web FD`: one web process on a socket the supervisor holds.

uvicorn's own `--workers` would add a parent process whose children outlive a killed supervisor,
and its `--fd` takes every socket for a Unix one.
"""

import socket
import sys

import uvicorn

GRACE_SECONDS = 2


def serve(descriptor: int) -> None:
    config = uvicorn.Config(
        "deploy_portal.asgi:application",
        lifespan="on",
        ws="none",
        # asgi.py believes a proxy where there is one.
        proxy_headers=False,
        # The application's own logging is told once.
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    serve(int(sys.argv[1]))
