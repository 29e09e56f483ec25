"""The plain page of one form: a title, the fields, one act and the way back."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from accounts.requests import PersonRequest


@dataclass(frozen=True)
class FormPage:
    title: str
    button: str
    back: str
    back_to: str
    lead: str = ""


def form_page(
    request: PersonRequest, page: FormPage, form: forms.Form, status: int
) -> HttpResponse:
    context = {"page": page, "form": form}
    return render(request, "forms/page.html", context, status=status)
