"""How a kept file leaves the portal: as bytes that no browser runs."""

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from checklists import shelf
from checklists.models import Evidence
from checklists.sniffing import TEXT
from deployments.exceptions import Refused


def answer(evidence: Evidence, *, as_attachment: bool) -> StreamingHttpResponse:
    """Of the type that its bytes have, in a sandbox, and for pages of this portal only."""
    if not shelf.holds(evidence.sha256):
        raise Refused(
            f"“{evidence.file_name}” is not where this server keeps files; "
            "its administrator has to bring the folder back."
        )
    response = StreamingHttpResponse(shelf.pieces_of(evidence.sha256))
    charset = "; charset=utf-8" if evidence.content_type == TEXT else ""
    response["Content-Type"] = f"{evidence.content_type}{charset}"
    response["Content-Length"] = str(evidence.size)
    response["Content-Disposition"] = str(
        content_disposition_header(as_attachment, evidence.file_name)
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
