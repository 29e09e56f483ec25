from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import PersonRequest
from deployments.answers import posted, tried
from deployments.exceptions import require
from deployments.versions import number_in
from deployments.visible import visible_deployment
from intake.forms import TemplateForm
from intake.message_forms import NoteForm, lines_form, lines_said
from intake.models import TemplateVersion
from intake.panels import newest_of, template_page
from intake.templates import refusal_to_save, save_as_template, save_messages


@require_safe
def templates(request: PersonRequest) -> HttpResponse:
    """The newest version of every template that the person may read."""
    visible = TemplateVersion.objects.visible_to(request.user).newest()
    listed = visible.select_related("service", "made_by").defer("document")
    return render(request, "intake/templates.html", {"templates": listed})


@require_safe
def template(request: PersonRequest, version_pk: int) -> HttpResponse:
    version = get_object_or_404(TemplateVersion.objects.visible_to(request.user), pk=version_pk)
    first, last = (number_in(request.GET.get(name, "")) for name in ("from", "to"))
    page = template_page(version, request.user, first, last)
    return render(request, "intake/template.html", page)


@require_http_methods(["GET", "POST"])
def template_messages(request: PersonRequest, version_pk: int) -> HttpResponse:
    """The message plan of a template, whose newest version alone can have a next one."""
    visible = TemplateVersion.objects.visible_to(request.user).select_related("service")
    version = get_object_or_404(visible, pk=version_pk)
    refusal = refusal_to_save(request.user, version.service)
    if request.method == "POST":
        require(refusal)
    elif (newest := newest_of(version) or version) != version:
        return redirect("intake:template_messages", newest.pk)
    note, lines = NoteForm(posted(request)), lines_form(version, posted(request))
    if request.method == "POST" and not lines.is_valid():
        note.add_error(None, "Something is wrong in the lines below; nothing was saved.")
    saved = tried(
        request,
        note,
        lambda: save_messages(
            version, lines_said(lines), note=note.cleaned_data["note"], actor=request.user
        ),
    )
    if saved.result is not None:
        messages.success(request, f"Saved: {saved.result}.")
        return redirect("intake:template", saved.result.pk)
    # What was typed stays; saved once more it follows the version that was faster.
    follows = newest_of(version) if saved.is_overtaken else None
    context = {"template": follows or version, "note": note, "lines": lines, "refusal": refusal}
    return render(request, "intake/template_messages.html", context, status=saved.status)


@require_http_methods(["GET", "POST"])
def save(request: PersonRequest, pk: int) -> HttpResponse:
    """The deployment's plan as a template; the next version of one, if its name is there."""
    found = visible_deployment(request.user, pk)
    form = TemplateForm(request.user, posted(request))
    saved = tried(
        request,
        form,
        lambda: save_as_template(found.pk, **form.cleaned_data, actor=request.user),
    )
    if saved.result is not None:
        messages.success(request, f"Saved: {saved.result}.")
        return redirect(reverse("intake:template", args=[saved.result.pk]))
    everywhere = request.user.is_superuser
    context = {
        "deployment": found,
        "form": form,
        "refusal": None if everywhere else refusal_to_save(request.user, found.service),
        "known": found.service.templates.newest().defer("document"),
    }
    return render(request, "intake/save_template.html", context, status=saved.status)
