"""What a restored backup leaves in doubt: where people were signed in, and mails about accounts.

Sessions themselves are gone (portal_hold), and so are the rows that named them. A mail that waited
may have left since, to an address and a person of then; whoever still needs one asks again.
"""

AFTER_A_RESTORE = {
    "accounts_opensession": "DELETE FROM accounts_opensession;",
    "accounts_attempts": "DELETE FROM accounts_attempts;",
    "deployments_accountletter": """
        DELETE FROM deployments_accountletter WHERE kind = 'reset';
        UPDATE deployments_accountletter
        SET due_at = NULL, trouble = 'The portal was restored from a backup; invite again.'
        WHERE due_at IS NOT NULL;""",
}
