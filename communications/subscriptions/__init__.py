"""The stakeholder list of a service, and leaving and coming back."""
