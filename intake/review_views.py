from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import PersonRequest
from deployments.answers import posted, tried
from deployments.versions import number_in
from intake.forms import TemplateForm
from intake.models import SourceDocument
from intake.review import reviewed, services
from intake.review.forms import CorrectionForm, CreateForm
from intake.review.panels import review_page


@require_safe
def documents(request: PersonRequest) -> HttpResponse:
    """What waits to be looked over."""
    visible = SourceDocument.objects.visible_to(request.user).under_review()
    listed = visible.select_related("service", "uploaded_by").defer("body", "reading")
    return render(request, "intake/documents.html", {"documents": listed.order_by("-pk")[:100]})


@require_safe
def review(request: PersonRequest, document_pk: int) -> HttpResponse:
    """The source and what it means; while a worker reads, how far it is."""
    found = document_of(request, document_pk)
    opened = number_in(request.GET.get("line", ""))
    return page_of(request, found, opened)


@require_POST
def correct(request: PersonRequest, document_pk: int) -> HttpResponse:
    """What is refused stays in its form, beside the line."""
    found = document_of(request, document_pk)
    reading, lines = reviewed.reading_of(found), len(reviewed.lines_of(found))
    form = CorrectionForm(reading, lines, request.POST)
    saved = tried(
        request,
        form,
        lambda: services.correct(
            found.pk,
            form.cleaned_data["line"],
            kind=form.cleaned_data["kind"],
            section=form.cleaned_data["section"],
            role=form.cleaned_data["role"],
            condition=form.cleaned_data["condition"],
            actor=request.user,
        ),
    )
    first = number_in(request.POST.get("line", ""))
    if saved.done:
        return redirect(f"{address(found, request)}#line-{first}")
    return page_of(request, found, first, form=form, status=saved.status)


@require_POST
def create(request: PersonRequest, document_pk: int) -> HttpResponse:
    """The draft that the document describes, as it was corrected."""
    found = document_of(request, document_pk)
    form = CreateForm(request.POST)
    made = tried(
        request,
        form,
        lambda: services.make_deployment(
            found.pk, environment=form.cleaned_data["environment"], actor=request.user
        ),
    )
    if made.result is not None:
        messages.success(request, "The document became a draft. Set its time next.")
        return redirect(made.result)
    return page_of(request, found, None, form=form, status=made.status)


@require_http_methods(["GET", "POST"])
def save_template(request: PersonRequest, document_pk: int) -> HttpResponse:
    """The plan of the document as a template, without a deployment."""
    found = document_of(request, document_pk)
    form = TemplateForm(request.user, posted(request))
    saved = tried(
        request,
        form,
        lambda: services.make_template(found.pk, **form.cleaned_data, actor=request.user),
    )
    if saved.result is not None:
        messages.success(request, f"Saved: {saved.result}.")
        return redirect(reverse("intake:template", args=[saved.result.pk]))
    context = {
        "document": found,
        "form": form,
        "known": found.service.templates.newest().defer("document"),
    }
    return render(request, "intake/save_document.html", context, status=saved.status)


def document_of(request: PersonRequest, pk: int) -> SourceDocument:
    visible = SourceDocument.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("service", "uploaded_by"), pk=pk)


def address(document: SourceDocument, request: PersonRequest) -> str:
    """The same page with the same filter."""
    kept = {name: request.GET[name] for name in ("show", "page") if request.GET.get(name)}
    return f"{document.get_absolute_url()}{'?' if kept else ''}{urlencode(kept)}"


def correction_form(document: SourceDocument, line: int) -> CorrectionForm:
    """With what was said of the line before."""
    reading, lines = reviewed.reading_of(document), len(reviewed.lines_of(document))
    said = {one.line: one for one in reviewed.corrections_of(document)}.get(line)
    return CorrectionForm(reading, lines, initial=asdict(said) if said else None)


def page_of(
    request: PersonRequest,
    document: SourceDocument,
    opened: int | None,
    *,
    form: Any = None,
    status: int = 200,
) -> HttpResponse:
    shown, number = request.GET.get("show", ""), request.GET.get("page", "")
    context = review_page(document, request.user, shown, number)
    query = urlencode({"show": context.get("shown", ""), "page": number})
    context |= {"opened": opened, "form": form, "query": query}
    if opened is not None and "headings" in context:
        context["correction"] = form or correction_form(document, opened)
    return render(request, "intake/review.html", context, status=status)
