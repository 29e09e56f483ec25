"""Which group has which grant becomes a table; until now the names of the groups said it."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

GRANTS = ("member", "stakeholder", "auditor", "release_manager", "ops_lead", "break_glass")


def read_from_names(apps: Any, schema_editor: Any) -> None:
    """A group `service:<key>:<grant>` with a right on that service has that grant there."""
    database = schema_editor.connection.alias  # the owner's, not the one that serves
    held = apps.get_model("deployments", "ServiceGroupObjectPermission").objects.using(database)
    granted = apps.get_model("deployments", "Granted").objects.using(database)
    pairs = held.select_related("content_object", "group").order_by("pk")
    for one in pairs:
        head, _, grant = one.group.name.rpartition(":")
        if grant in GRANTS and head == f"service:{one.content_object.key}":
            granted.get_or_create(service=one.content_object, grant=grant, group=one.group)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("deployments", "0004_successor"),
    ]

    operations = [
        migrations.CreateModel(
            name="Granted",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("grant", models.CharField(choices=[("member", "Member"), ("stakeholder", "Stakeholder"), ("auditor", "Auditor"), ("release_manager", "Release manager"), ("ops_lead", "Ops lead"), ("break_glass", "Break-glass")], max_length=20)),
                ("group", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="granted", to="auth.group")),
                ("service", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="granted", to="deployments.service")),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("service", "grant", "group"), name="granted_once"),
                    models.CheckConstraint(condition=models.Q(("grant__in", list(GRANTS))), name="granted_is_known"),
                ],
            },
        ),
        migrations.RunPython(read_from_names, migrations.RunPython.noop),
    ]
