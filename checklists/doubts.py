"""What a restored backup leaves in doubt: commands that waited for a worker, or ran.

Each may have run after the backup was taken. All are left as by a worker that is gone, so that the
first sweep finds them stuck and a person is asked; nothing runs them again.
"""

AFTER_A_RESTORE = {
    "checklists_attempt": """
        UPDATE checklists_attempt
        SET state = 'running', token = gen_random_uuid(), lease_until = portal_now(),
            started_at = coalesce(started_at, portal_now()),
            reason = 'The portal was restored from a backup; nobody knows whether it ran since.'
        WHERE state IN ('waiting', 'running');""",
}
