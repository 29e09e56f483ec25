"""The OpenAPI description: what ninja cannot see for itself, and an example of everything."""

from typing import Any

from ninja import NinjaAPI, Schema
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from api.examples import EXAMPLES
from api.schemas import ReportIn

PROBLEM = {"$ref": "#/components/schemas/Problem"}


class DescribedAPI(NinjaAPI):
    """Names that stay when code is moved, problems by their media type, and examples."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        described = super().get_openapi_schema(**options)
        for address in described["paths"].values():
            for operation in address.values():
                for response in operation["responses"].values():
                    _name_problem(response)
        for name, schema in described["components"]["schemas"].items():
            schema["examples"] = [EXAMPLES[name]]
        return described


def _name_problem(response: dict[str, Any]) -> None:
    body = response["content"]["application/json"]
    if body["schema"] == PROBLEM:
        response["content"] = {"application/problem+json": body}


REPORT_BODY = {
    "required": True,
    "description": "A result as JSON for a reported gate, else the report file as it is.",
    "content": {
        "application/json": {
            "schema": ReportIn.model_json_schema(),
            "example": EXAMPLES["ReportIn"],
        },
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


SIGNED_BY = [
    _header("webhook-id", "Of this delivery; the same when it is repeated.", "msg_2KWPBgLl"),
    _header("webhook-timestamp", "Seconds since 1970, now to 5 minutes.", "1700000000"),
    _header(
        "webhook-signature",
        "“v1,” and the base64 of the HMAC-SHA256 of “id.timestamp.body”; several with spaces.",
        "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    ),
]


def signed_with(body: type[Schema]) -> dict[str, Any]:
    """What an address takes that reads the signed body itself."""
    described = {"schema": body.model_json_schema(), "example": EXAMPLES[body.__name__]}
    return {
        "parameters": SIGNED_BY,
        "requestBody": {"required": True, "content": {"application/json": described}},
    }
