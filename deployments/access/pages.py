"""The plain page of one form: a title, the fields, one act and the way back."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from accounts.forms import FreshForm
from accounts.requests import PersonRequest
from deployments.exceptions import Refused


@dataclass(frozen=True)
class FormPage:
    title: str
    button: str
    back: str
    back_to: str
    lead: str = ""
    is_grave: bool = False


def form_page(
    request: PersonRequest, page: FormPage, form: forms.Form, status: int
) -> HttpResponse:
    context = {"page": page, "form": form}
    return render(request, "forms/page.html", context, status=status)


def proof_page(
    request: PersonRequest, page: FormPage, form: FreshForm, status: int, refusal: Refused | None
) -> HttpResponse:
    """An act that asks nothing but who does it; `refusal` says why it is not offered."""
    context = {"page": page, "form": form, "refusal": refusal}
    return render(request, "forms/proof_page.html", context, status=status)
