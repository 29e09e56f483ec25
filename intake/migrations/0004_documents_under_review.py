"""A document waits for its review before it becomes a deployment; who corrected it is kept."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery



def tell_service(apps: Any, schema_editor: Any) -> None:
    document = apps.get_model("intake", "SourceDocument").objects.using(
        schema_editor.connection.alias
    )
    deployments = apps.get_model("deployments", "Deployment").objects.filter(
        pk=OuterRef("deployment")
    )
    document.update(
        service=Subquery(deployments.values("service")[:1]), applied_at=F("uploaded_at")
    )


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0003_templates_in_versions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("sourcedocument", "service", models.ForeignKey(
            null=True, on_delete=django.db.models.deletion.CASCADE, related_name="documents",
            to="deployments.service")),
        migrations.AddField("sourcedocument", "percent", models.PositiveSmallIntegerField(default=100)),
        migrations.AddField("sourcedocument", "problem", models.TextField(blank=True, default=""), preserve_default=False),
        migrations.AddField("sourcedocument", "claimed_until", models.DateTimeField(null=True)),
        migrations.AddField("sourcedocument", "applied_at", models.DateTimeField(null=True)),
        migrations.AlterField("sourcedocument", "reading", models.JSONField(default=dict)),
        migrations.AlterField("sourcedocument", "deployment", models.ForeignKey(
            null=True, on_delete=django.db.models.deletion.CASCADE,
            related_name="source_documents", to="deployments.deployment")),
        migrations.RunPython(tell_service, migrations.RunPython.noop),
    ]
