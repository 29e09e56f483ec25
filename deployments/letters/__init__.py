"""Mails about accounts: asked for on a page, written and sent by a worker."""
