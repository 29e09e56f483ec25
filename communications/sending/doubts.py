"""What a restored backup leaves in doubt: copies that were leaving when it was taken."""

AFTER_A_RESTORE = {
    "communications_delivery": """
        UPDATE communications_delivery
        SET state = 'unknown', token = gen_random_uuid(), lease_until = NULL, last_error =
            'It was leaving when the backup was taken from which the portal was restored.'
        WHERE state IN ('claimed', 'dispatching');""",
    "communications_trial": """
        UPDATE communications_trial
        SET state = 'failed', ended_at = portal_now(), lease_until = NULL,
            said = 'The portal was restored from a backup.'
        WHERE state IN ('asked', 'taken');""",
}
