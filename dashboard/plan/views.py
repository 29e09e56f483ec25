from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import PersonRequest
from approvals.cost import weighed
from dashboard.plan.forms import KnownForm, MoveForm
from dashboard.plan.pages import Open, is_number, opened, plan_page
from dashboard.plan.parts import EDITABLE, Editable
from dashboard.plan.several import SeveralForm
from deployments import editing
from deployments.answers import Tried, posted, tried
from deployments.models import Deployment
from deployments.policies import rights_of
from deployments.visible import visible_deployment


@require_safe
def plan(request: PersonRequest, pk: int, page: str = "checklist") -> HttpResponse:
    return _drawn(request, _visible(request, pk), page)


@require_http_methods(["GET", "POST"])
def add(request: PersonRequest, pk: int, editable: Editable) -> HttpResponse:
    """New ones of this part; items several at once, one in each line."""
    found = _visible(request, pk)
    section = request.GET.get("section", "")
    form = editable.new(posted(request), deployment=found, asked=request.GET.dict())
    done = _tried(
        request,
        found,
        form,
        lambda: editing.add(editable.part, found.pk, form.plans(), actor=request.user),
    )
    if done.result:
        return _back(request, found, editable, f"{len(done.result)} added.", done.result[-1].pk)
    at = int(section) if is_number(section) else None
    return _drawn(
        request, found, editable.page, opened("add", editable, form, done, section_pk=at), done
    )


@require_http_methods(["GET", "POST"])
def edit(request: PersonRequest, pk: int, editable: Editable, row_pk: int) -> HttpResponse:
    """One definition, in its place; what was typed stays when it is refused."""
    found = _visible(request, pk)
    row = _row(found, editable, row_pk)
    now = editable.part.plan_of(row)
    form = editable.form(posted(request), deployment=found, plan=now)
    done = _tried(
        request,
        found,
        form,
        lambda: editing.change(
            editable.part,
            found.pk,
            row_pk,
            form.plan(),
            actor=request.user,
            shown=form.cleaned_data["shown"],
        ),
    )
    if done.done:
        said = "Saved." if done.result else "Nothing changed; all stays."
        return _back(request, found, editable, said, row_pk)
    if done.is_overtaken:
        now = editable.part.plan_of(_row(found, editable, row_pk))
        fresh = request.POST.copy()
        fresh["shown"] = now.fingerprint
        form = editable.form(fresh, deployment=found, plan=now)
    here = opened("edit", editable, form, done, row=row, now=now)
    return _drawn(request, found, editable.page, here, done)


@require_http_methods(["GET", "POST"])
def take_out(request: PersonRequest, pk: int, editable: Editable, row_pk: int) -> HttpResponse:
    """Asks first, with what it costs; what people said about it is kept."""
    found = _visible(request, pk)
    row = _row(found, editable, row_pk)
    form = KnownForm(posted(request))
    done = _tried(
        request,
        found,
        form,
        lambda: editing.take_out(editable.part, found.pk, [row_pk], actor=request.user),
    )
    if done.done:
        return _back(request, found, editable, f"The {editable.word} was taken out.")
    here = opened("take_out", editable, form, done, row=row)
    return _drawn(request, found, editable.page, here, done)


@require_POST
def move(request: PersonRequest, pk: int, editable: Editable, row_pk: int) -> HttpResponse:
    """Another place in the list; the order of steps is signed, so that it may cost something."""
    found = _visible(request, pk)
    row = _row(found, editable, row_pk)
    form = MoveForm({**request.POST.dict(), **request.GET.dict()})
    done = _tried(
        request,
        found,
        form,
        lambda: editing.move(
            editable.part, found.pk, row_pk, form.cleaned_data["place"], actor=request.user
        ),
    )
    if done.done:
        return _back(request, found, editable, "", row_pk)
    here = opened("move", editable, form, done, row=row)
    return _drawn(request, found, editable.page, here, done)


@require_POST
def several(request: PersonRequest, pk: int) -> HttpResponse:
    """The marked items changed in the same way, or, once it was asked, taken out; all or none."""
    found, editable = _visible(request, pk), EDITABLE["items"]
    form = SeveralForm(request.POST, deployment=found)
    gone = request.POST.get("take_out", "")

    def act() -> Any:
        marked = form.cleaned_data["item"]
        if gone:
            return editing.take_out(editable.part, found.pk, marked, actor=request.user)
        return editing.change_several(
            editable.part, found.pk, marked, form.alter(), actor=request.user
        )

    done = _tried(request, found, form, act, rehearse=gone == "ask")
    if done.done:
        marked = len(form.cleaned_data["item"])
        said = f"{marked} taken out." if gone else f"{done.result} of {marked} changed."
        return _back(request, found, editable, said)
    here = opened("several", editable, form, done)
    return _drawn(request, found, editable.page, here, done)


def _visible(request: PersonRequest, pk: int) -> Deployment:
    return visible_deployment(request.user, pk)


def _row(found: Deployment, editable: Editable, row_pk: int) -> Any:
    row = editable.part.rows(found).filter(pk=row_pk).first()
    if row is None:
        raise Http404
    return row


def _tried(
    request: PersonRequest,
    found: Deployment,
    form: KnownForm,
    act: Callable[[], Any],
    *,
    rehearse: bool = False,
) -> Tried[Any]:
    """Do it if its cost is known to the person; `?rehearse` only asks what it would cost."""
    asks = rehearse or "rehearse" in request.GET
    return tried(
        request,
        form,
        lambda: weighed(found.pk, act, known=form.cleaned_data["sure"], rehearse=asks),
    )


def _drawn(
    request: PersonRequest,
    found: Deployment,
    page: str,
    here: Open | None = None,
    done: Tried[Any] | None = None,
) -> HttpResponse:
    status = done.status if done else 200
    if done and "rehearse" in request.GET:
        told = {"cost": here and here.cost, "form": here and here.form}
        return render(request, "dashboard/plan/_cost.html", told)
    rights = rights_of(request.user, found.service)
    return render(
        request, "dashboard/plan/page.html", plan_page(found, page, rights, here), status=status
    )


def _back(
    request: PersonRequest, found: Deployment, editable: Editable, said: str, row_pk: int = 0
) -> HttpResponse:
    if said:
        messages.success(request, said)
    url = reverse("dashboard:plan", args=[found.pk, editable.page])
    return redirect(f"{url}#{editable.name}-{row_pk}" if row_pk else url)
