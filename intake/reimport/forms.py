from django import forms


class ReimportForm(forms.Form):
    """Which difference the person saw, and which cost; both are told anew if they moved."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    sure = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
