from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import PersonRequest
from audit import policies, population, services
from audit.forms import PopulationForm, SampleForm
from audit.panels import population_page, without_place
from deployments.answers import posted, tried
from deployments.exceptions import require
from deployments.versions import number_in


@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: PersonRequest) -> HttpResponse:
    """The deployments of a period; posting draws a sample of them and packs it."""
    audited = policies.audited(request.user)
    require(policies.refusal_to_audit(audited, request.user))
    said = request.POST if request.method == "POST" else request.GET
    everything = request.user.is_superuser
    period = PopulationForm(said or None, audited, may_ask_for_all=everything)
    form = SampleForm(posted(request), audited, may_ask_for_all=everything)
    drawn = tried(request, form, lambda: services.ask_for_sample(form.criteria, actor=request.user))
    if drawn.result is not None:
        return redirect(drawn.result)
    criteria = period.criteria if period.is_valid() else None
    context = {
        "form": form,
        "period": period,
        "filters": without_place(said),
        **population_page(criteria, number_in(request.GET.get("after", "")) or 0),
    }
    return render(request, "audit/population.html", context, status=drawn.status)


@require_safe
def as_csv(request: PersonRequest) -> HttpResponseBase:
    """The same list as a file; the rows are read while they are sent."""
    audited = policies.audited(request.user)
    require(policies.refusal_to_audit(audited, request.user))
    everything = request.user.is_superuser
    period = PopulationForm(request.GET, audited, may_ask_for_all=everything)
    if not period.is_valid():
        return redirect("audit:population")
    rows = population.csv_of(period.criteria)
    response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="population.csv"'
    return response
