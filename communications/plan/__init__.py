"""The plan as it is edited, shown in time, moved and held back."""
