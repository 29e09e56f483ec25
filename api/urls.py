"""The API's addresses; a token decides there, so the sign-in page does not."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import re_path
from django.views.decorators.csrf import csrf_exempt

from api.problems import UNKNOWN, problem
from api.views import api


def for_machines(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Without a sign-in, and a wrong method is a problem document too."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        answer = problem(405, f"{request.method} is not possible at this address.")
        answer["Allow"] = response["Allow"]
        return answer

    marked: Callable[..., HttpResponse] = login_not_required(wrapped)
    return marked


@csrf_exempt
def unknown(request: HttpRequest, rest: str) -> HttpResponse:
    return problem(404, UNKNOWN)


app_name = "api"
urlpatterns, _, _ = api.urls
for pattern in urlpatterns:
    assert pattern.callback is not None
    pattern.callback = for_machines(pattern.callback)
# Every character there is: `<path:rest>` would leave an address with a line break to a page.
rest = re_path(r"^(?P<rest>[\s\S]+)$", for_machines(unknown), name="unknown")
urlpatterns = [*urlpatterns, rest]
