from __future__ import annotations

from datetime import timedelta

from django import forms

LIVES = [(7, "a week"), (30, "30 days"), (90, "90 days"), (365, "a year")]
USUAL = 90


class ShareForm(forms.Form):
    days = forms.TypedChoiceField(
        label="The link lasts", choices=LIVES, coerce=int, initial=USUAL,
        widget=forms.Select(attrs={"class": "form-select w-auto"}),
    )  # fmt: skip

    @property
    def lasts(self) -> timedelta:
        return timedelta(days=self.cleaned_data["days"])
