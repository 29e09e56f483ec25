"""What becomes of the messages that are due when a held portal is released."""

from __future__ import annotations

from typing import Any

from django import forms

LEAVE_OUT, LET_GO = "leave_out", "let_go"
WAYS = [
    (LEAVE_OUT, "Leave out what is due now: it may have left before"),
    (LET_GO, "Let what is due now leave: none of it has left before"),
]


class ReleaseForm(forms.Form):
    due = forms.ChoiceField(
        label="What is due now",
        choices=WAYS,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": "Choose what becomes of the messages that are due now."},
    )
    reason = forms.CharField(
        label="Reason",
        max_length=500,
        required=False,
        help_text="Stands in the place of every message that is left out.",
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("due") == LEAVE_OUT and not told.get("reason"):
            self.add_error(
                "reason", "Say why the messages are left out; who expects them will ask."
            )
        return told

    @property
    def leaves_out(self) -> bool:
        return bool(self.cleaned_data["due"] == LEAVE_OUT)
