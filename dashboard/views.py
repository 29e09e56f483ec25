from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import PersonRequest
from approvals.verdict import Outlook
from checklists.filters import KINDS, filters_panel
from dashboard import live
from dashboard.act import Act
from dashboard.acts import acts_of, plan_acts
from dashboard.begin import begin_of
from dashboard.forms import CommentForm
from dashboard.home import home_of
from dashboard.panels import TABS, outlook_for
from dashboard.panels import render as render_panels
from deployments.answers import acted, posted, tried
from deployments.canonical import digest
from deployments.comments import comment
from deployments.mentions import named, people_of
from deployments.models import Deployment
from deployments.policies import Rights, refusal_to_comment, rights_of
from deployments.visible import visible_deployment
from monitoring.charts import charts_of
from monitoring.questions import open_questions


@require_safe
def home(request: PersonRequest) -> HttpResponse:
    home = home_of(request.user, timezone.get_current_timezone())
    return render(request, "dashboard/home.html", {"home": home, "begin": begin_of(request.user)})


@require_safe
def deployment(request: PersonRequest, pk: int, tab: str = "overview") -> HttpResponse:
    """One tab of the deployment's page: the shared panels, and around them what is personal."""
    found = visible_deployment(request.user, pk)
    if tab not in TABS:
        raise Http404
    rights = rights_of(request.user, found.service)
    show = request.GET.get("show", "")
    return render(request, "dashboard/deployment.html", _page(found, tab, rights, show))


@require_http_methods(["GET", "HEAD", "POST"])
def comments(request: PersonRequest, pk: int) -> HttpResponse:
    """The tab of the comments; its form comes back with what was typed when it is refused."""
    found = visible_deployment(request.user, pk)
    form = CommentForm(posted(request), deployment=found, about=request.GET.get("about", ""))
    said = tried(
        request,
        form,
        lambda: comment(
            found.pk,
            actor=request.user,
            text=form.cleaned_data["text"],
            about=form.cleaned_data["about"],
        ),
    )
    if said.done:
        _tell_author(request, found, form.cleaned_data["text"])
        return acted(request, found, "comments")
    rights = rights_of(request.user, found.service)
    personal = {
        "comment_form": form,
        "comment_refusal": refusal_to_comment(rights),
        "people": people_of(found.service),
    }
    context = {**_page(found, "comments", rights), **personal}
    return render(request, "dashboard/deployment.html", context, status=said.status)


def _tell_author(request: PersonRequest, found: Deployment, text: str) -> None:
    """Who is mailed because the comment names them, and which names are nobody's."""
    sentences = named(text, found.service, author=request.user).sentences
    if sentences:
        messages.info(request, sentences)


def _page(found: Deployment, tab: str, rights: Rights, show: str = "") -> dict[str, Any]:
    """A filtered list is personal and takes the place of the panel that all share."""
    filtered = filters_panel(found, rights, tab, show) if tab in KINDS else {}
    shown = ("header", *(() if filtered.get("show") else TABS[tab].panels))
    view = outlook_for(found, shown)
    fragments = render_panels(shown, found, view, rights.rights)
    return {
        **filtered,
        "deployment": found,
        "tab": TABS[tab],
        "tabs": TABS.values(),
        "header": fragments.pop("header"),
        "fragments": fragments,
        "live_panels": ",".join(shown),
        "acts": _acts(rights, found, view),
        "plan_acts": plan_acts(rights, found),
        "charts": charts_of(found) if tab == "watch" else [],
    }


def _acts(rights: Rights, found: Deployment, view: Outlook) -> list[Act]:
    return acts_of(rights, found, view, open_questions([found]).get(found.pk))


@require_safe
def mine(request: PersonRequest, pk: int) -> HttpResponse:
    """The personal part of the page, fetched again when something changed for this person."""
    found = visible_deployment(request.user, pk)
    rights = rights_of(request.user, found.service)
    acts = _acts(rights, found, outlook_for(found, ()))
    context = {"deployment": found, "acts": acts, "plan_acts": plan_acts(rights, found)}
    return render(request, "dashboard/_mine.html", context)


@require_safe
def panels(request: PersonRequest, pk: int) -> HttpResponse:
    """The same fragments that the live channel sends, for a page whose stream is down."""
    found = visible_deployment(request.user, pk)
    rights = rights_of(request.user, found.service)
    names = tuple(request.GET.get("panels", "").split(","))
    shot = live.snapshot(found.pk, rights.rights, names)
    if shot is None:
        raise Http404
    # By what is shown, not by the version alone: a sample raises no version and shows all the same.
    etag = f'"{digest(shot.fragments)}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304)
    response = render(request, "dashboard/_partials.html", {"fragments": shot.fragments})
    response["ETag"] = etag
    return response


@login_not_required
@require_safe
def health(request: PersonRequest) -> JsonResponse:
    """For load balancers and health gates: the process serves and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
