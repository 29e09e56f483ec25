"""The OpenID Connect provider: sending somebody there, and what it says when they come back.

State, PKCE and the exchange of the code are django-allauth's; what the answer must prove is
checked here, whole, since by it somebody becomes an account (docs/adr/0031).
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from deployments.entry.adapters import PROVIDER
from deployments.exceptions import Refused

# What a provider signs by; never a secret that both sides share, or none at all.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
CLOCKS_DIFFER = timedelta(seconds=60)
logger = logging.getLogger(__name__)
Claims = Mapping[str, Any]


@dataclass(frozen=True)
class Identity:
    """What the provider vouches for, and when the person last proved it there (if it says so)."""

    subject: str
    email: str
    email_is_verified: bool
    name: str
    username: str
    proven_at: datetime | None


@dataclass(frozen=True)
class Return:
    """Somebody came back: who, for what they had been sent, and where they go then."""

    identity: Identity
    purpose: str
    following: str
    person_pk: int | None


class Exchange(OpenIDConnectOAuth2Adapter):
    """One conversation with the provider; people come back to the portal's own address."""

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return f"{settings.PORTAL_URL}{reverse('deployments:provider_back')}"

    def user_info(self, access_token: str) -> Claims:
        told: Claims = self._fetch_user_info(access_token)
        return told


class Provider(OpenIDConnectProvider):
    oauth2_adapter_class = Exchange


def is_set() -> bool:
    return bool(settings.OIDC_ISSUER)


def send_there(request: HttpRequest, purpose: str, following: str, *, anew: bool) -> HttpResponse:
    """`anew`: the provider shall ask who it is, however lately it did."""
    nonce = secrets.token_urlsafe(24)
    asked: dict[str, str] = {"nonce": nonce}
    if anew:
        asked |= {"prompt": "login", "max_age": "0"}
    with _Telling():
        response: HttpResponse = _provider(request).redirect(
            request,
            "login",
            next_url=following,
            data={"nonce": nonce, "purpose": purpose, "person": request.user.pk},
            auth_params=asked,
        )
    return response


def come_back(request: HttpRequest) -> Return:
    """Whom the provider names; raises `Refused` with the sentence why nobody comes in."""
    provider = _provider(request)
    state_id = request.GET.get("state", "")
    state = statekit.unstash_state(request, state_id=state_id, provider_id=provider.sub_id)
    if state is None:
        raise Refused(
            "This answer belongs to no sign-in that was begun here in the last ten minutes. "
            "Begin again."
        )
    if "code" not in request.GET:
        raise Refused(f"{settings.OIDC_NAME} signed nobody in: it was cancelled or not allowed.")
    kept = state["data"]
    with _Telling():
        exchange = _description(request, provider)
        tokens = _exchanged(request, exchange, state)
        identity = _identity(exchange, tokens, kept["nonce"])
    return Return(identity, kept["purpose"], state.get("next") or "", kept["person"])


def _provider(request: HttpRequest) -> Provider:
    return Provider(request, app=get_adapter(request).get_app(request, provider=PROVIDER))


def _exchanged(
    request: HttpRequest, exchange: Exchange, state: Mapping[str, Any]
) -> Mapping[str, Any]:
    app = exchange.get_provider().app
    client = exchange.get_client(request, app)
    tokens: Mapping[str, Any] = exchange.get_access_token_data(
        request, app, client, pkce_code_verifier=state.get("pkce_code_verifier")
    )
    return tokens


def _description(request: HttpRequest, provider: Provider) -> Exchange:
    """The provider's word on itself, which must name the issuer that was configured."""
    adapter: Exchange = provider.get_oauth2_adapter(request)
    said = str(adapter.openid_config.get("issuer", "")).rstrip("/")
    if said != settings.OIDC_ISSUER:
        raise OAuth2Error(f"it calls itself {said}, not {settings.OIDC_ISSUER}")
    return adapter


def _identity(exchange: Exchange, tokens: Mapping[str, Any], nonce: str) -> Identity:
    description = exchange.openid_config
    claims = _verified(description, str(tokens.get("id_token", "")))
    if not constant_time_compare(str(claims.get("nonce", "")), nonce):
        raise OAuth2Error("the answer is to another question (nonce)")
    more: Claims = claims
    if "email" not in claims and "userinfo_endpoint" in description:
        more = {**claims, **exchange.user_info(tokens["access_token"])}
        if more["sub"] != claims["sub"]:
            raise OAuth2Error("it tells of somebody else than it signed for")
    return Identity(
        subject=str(claims["sub"]),
        email=str(more.get("email") or "").strip(),
        email_is_verified=more.get("email_verified") is True,
        name=" ".join(str(more.get("name") or "").split()),
        username=str(more.get("preferred_username") or ""),
        proven_at=_proven_at(claims),
    )


def _verified(description: Mapping[str, Any], token: str) -> Claims:
    """The claims of a token that the provider signed for this portal, and that has not expired."""
    with get_adapter().get_requests_session() as session:
        answer = session.get(description["jwks_uri"])
        answer.raise_for_status()
        keys = jwt.PyJWKSet.from_dict(answer.json())
    header = jwt.get_unverified_header(token)
    fitting = [key for key in keys.keys if header.get("kid") in {None, key.key_id}]
    if len(fitting) != 1 or header.get("alg") not in ALGORITHMS:
        raise OAuth2Error("its answer is signed by no key that it publishes")
    claims: Claims = jwt.decode(
        token,
        fitting[0],
        algorithms=[header["alg"]],
        audience=settings.OIDC_CLIENT_ID,
        issuer=description["issuer"],
        leeway=CLOCKS_DIFFER,
        options={"require": ["exp", "iat", "iss", "aud", "sub"]},
    )
    return claims


def _proven_at(claims: Claims) -> datetime | None:
    """A clock that goes ahead a little is taken for now; one far ahead proves nothing."""
    told = claims.get("auth_time")
    if not isinstance(told, int) or isinstance(told, bool) or not 0 <= told < 2**33:
        return None
    at, now = datetime.fromtimestamp(told, UTC), timezone.now()
    return min(at, now) if at <= now + CLOCKS_DIFFER else None


class _Telling:
    """Whatever goes wrong between here and the provider becomes one sentence, and a log line."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        match error:
            case requests.RequestException():
                why = f"could not be asked. {error}" if str(error) else "could not be asked."
            case OAuth2Error() | jwt.PyJWTError() | KeyError() | ValueError() | TypeError():
                why = "gave an answer that proves nothing. Tell whoever runs this portal."
            case _:
                return
        logger.warning("sign-in by the provider failed: %s: %s", type(error).__name__, error)
        raise Refused(f"{settings.OIDC_NAME} {why}") from error
