"""What somebody holds on services, asked by every page and every act.

As text, since building the same question out of querysets takes nine times as long.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from accounts.models import User

# With a row that says so where somebody is stood in for now.
HELD = """
SELECT given.content_object_id, 'right', permission.codename
FROM deployments_servicegroupobjectpermission given
JOIN accounts_user_groups own ON own.group_id = given.group_id
JOIN auth_permission permission ON permission.id = given.permission_id
WHERE own.user_id = %(user)s AND given.content_object_id = ANY(%(services)s)
UNION ALL
SELECT given.service_id, 'role', role.key
FROM deployments_membership given
JOIN accounts_user_groups own ON own.group_id = given.group_id
JOIN accounts_role role ON role.id = given.role_id
WHERE own.user_id = %(user)s AND given.service_id = ANY(%(services)s)
UNION ALL
SELECT service_id, 'stand-in', ''
FROM deployments_standin
WHERE stand_in_id = %(user)s AND service_id = ANY(%(services)s)
    AND revoked_at IS NULL AND starts_at <= portal_now() AND ends_at > portal_now()
"""


def holdings(user: User, service_ids: Collection[int]) -> list[tuple[int, str, str]]:
    """By service: `right` with its codename, `role` with its key, or `stand-in`."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, {"user": user.pk, "services": list(service_ids)})
        found: list[tuple[int, str, str]] = cursor.fetchall()
    return found
