"""Leaving the messages of a service and coming back: signed in, or by the link in a mail."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import PersonRequest
from communications.subscriptions import links, subscribing
from communications.subscriptions.forms import ReaderForm
from communications.subscriptions.panels import subscriptions_of
from communications.subscriptions.subscribers import Subscriber, of_account, refusal_to_leave
from deployments.answers import NOT_INDEXED, posted, tried
from deployments.models import Service

READ_ONLY = ["GET", "HEAD"]


def unlisted(view: Callable[[HttpRequest, str], HttpResponse]) -> Callable[..., HttpResponse]:
    """For who has the link and nobody's index.

    The portal's own policy of referrers, same-origin, stays: it tells no other site. Under
    no-referrer a browser would post these forms as from nowhere, which the check against forgery
    refuses.
    """

    @wraps(view)
    def opened(request: HttpRequest, link: str) -> HttpResponse:
        response = view(request, link)
        response["X-Robots-Tag"] = NOT_INDEXED
        return response

    return opened


@require_safe
def subscriptions(request: PersonRequest) -> HttpResponse:
    context = {"rows": subscriptions_of(request.user)}
    return render(request, "communications/subscriptions.html", context)


@require_POST
def subscribe(request: PersonRequest, service_key: str) -> HttpResponse:
    """One click each way."""
    service = get_object_or_404(Service.objects.visible_to(request.user), key=service_key)
    who = of_account(service, request.user)
    if request.POST.get("told") == "no":
        subscribing.leave(who, actor=request.user)
        messages.success(request, f"You left the messages of {service}.")
    else:
        subscribing.come_back(who, actor=request.user)
        messages.success(request, f"You are told of {service} from now on.")
    return redirect("communications:subscriptions")


@login_not_required
@require_http_methods([*READ_ONLY, "POST"])
@unlisted
def by_link(request: HttpRequest, link: str) -> HttpResponse:
    """Whoever has the link sees what they get, and says in which language and zone they read."""
    who = links.read(link)
    if who is None:
        return _unknown(request)
    entry = who.entry if who.user is None else None
    form = ReaderForm(posted(request), initial=_initial(who))
    if entry is not None:
        saved = tried(request, form, lambda: subscribing.save_language(entry, **form.cleaned_data))
        if saved.done:
            messages.success(request, "Saved.")
            return redirect("communications:subscription", link)
    context = {**_context(who, link), "form": form if entry else None}
    status = 422 if form.errors else 200
    return render(request, "communications/subscription.html", context, status=status)


@csrf_exempt
@login_not_required
@require_http_methods([*READ_ONLY, "POST"])
@unlisted
def leave(request: HttpRequest, link: str) -> HttpResponse:
    """RFC 8058: a mail program posts one field, without cookies; nothing else changes anything.

    The link is the proof, as no cookie is, so the check of cookies against forgery is left out.
    """
    who = links.read(link)
    if who is None:
        return _unknown(request)
    field, value = next(iter(links.ONE_CLICK.items()))
    asks = request.method == "POST" and request.POST.get(field) == value
    if asks:
        subscribing.leave(who, actor=None)
    status = 200 if asks or request.method != "POST" else 422
    return render(request, "communications/leave.html", _context(who, link), status=status)


@login_not_required
@require_POST
@unlisted
def come_back(request: HttpRequest, link: str) -> HttpResponse:
    who = links.read(link)
    if who is None:
        return _unknown(request)
    subscribing.come_back(who, actor=None)
    messages.success(request, f"You are told of {who.service} again.")
    return redirect("communications:subscription", link)


def _context(who: Subscriber, link: str) -> dict[str, object]:
    return {
        "who": who,
        "link": link,
        "left": who.opt_outs().first(),
        "refusal": refusal_to_leave(who),
        "one_click": links.ONE_CLICK,
    }


def _initial(who: Subscriber) -> dict[str, str]:
    return {"language": who.entry.language, "zone": who.entry.zone} if who.entry else {}


def _unknown(request: HttpRequest) -> HttpResponse:
    return render(request, "communications/no_subscription.html", status=404)
