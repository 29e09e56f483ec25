"""What a restored backup leaves in doubt: where people were signed in, and mails about accounts.

Sessions themselves are gone (portal_hold), and so are the rows that named them. A mail that waited
may have left since, to an address and a person of then; whoever still needs one asks again. Tables
that a backup of an earlier version has not are left out.
"""

AFTER_A_RESTORE = """
DO $$
BEGIN
    IF to_regclass('public.accounts_opensession') IS NOT NULL THEN
        DELETE FROM accounts_opensession;
        DELETE FROM accounts_attempts;
    END IF;
    IF to_regclass('public.deployments_accountletter') IS NOT NULL THEN
        DELETE FROM deployments_accountletter WHERE kind = 'reset';
        UPDATE deployments_accountletter
        SET due_at = NULL, trouble = 'The portal was restored from a backup; invite again.'
        WHERE due_at IS NOT NULL;
    END IF;
END $$;
"""
