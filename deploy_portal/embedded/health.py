"""Does a page come? `python -m deploy_portal.embedded.health ADDRESS`, for containers too."""

import http.client
import sys
from http import HTTPStatus
from urllib.parse import urlsplit


def answers(address: str, seconds: float = 4) -> bool:
    """Whether the server answers sensibly; a redirect to the sign-in page counts."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=seconds)
    try:
        connection.request("GET", parts.path or "/")
        return connection.getresponse().status < HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if answers(sys.argv[1]) else "no answer")
