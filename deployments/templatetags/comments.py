"""How a comment is shown: plain text, with the names of people marked."""

from collections.abc import Mapping

from django import template
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import User
from deployments.mentions import Part, parts

register = template.Library()


@register.filter
def with_names(text: str, known: Mapping[str, User]) -> SafeString:
    return format_html_join("", "{}", ((_shown(part),) for part in parts(text, known)))


def _shown(part: Part) -> SafeString:
    """Names may run from right to left; they are kept from turning what stands around them."""
    if part.person is None:
        return linebreaksbr(part.text)
    return format_html(
        '<strong class="named" title="{}"><bdi>{}</bdi></strong>', part.person, part.text
    )
