"""The pages on which a plan is edited: every part of it in the same way."""
