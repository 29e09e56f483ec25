"""Deployments, watches and freezes by day, and the same as a feed for other calendars."""
