"""What ninja cannot see for itself, said in the OpenAPI description."""

from typing import Any

from api.schemas import DeliveryIn, ReportIn

REPORT_BODY = {
    "required": True,
    "description": "A result as JSON for a reported gate, else the report file as it is.",
    "content": {
        "application/json": {"schema": ReportIn.model_json_schema()},
        "application/xml": {"schema": {"type": "string"}},
        "text/plain": {"schema": {"type": "string"}},
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
    },
}


def _header(name: str, description: str, example: str) -> dict[str, Any]:
    return {
        "in": "header",
        "name": name,
        "required": True,
        "description": description,
        "schema": {"type": "string"},
        "example": example,
    }


DELIVERY = {
    "parameters": [
        _header("webhook-id", "Of this delivery; the same when it is repeated.", "msg_2KWPBgLl"),
        _header("webhook-timestamp", "Seconds since 1970, now to 5 minutes.", "1700000000"),
        _header(
            "webhook-signature",
            "“v1,” and the base64 of the HMAC-SHA256 of “id.timestamp.body”; several with spaces.",
            "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
        ),
    ],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": DeliveryIn.model_json_schema()}},
    },
}
