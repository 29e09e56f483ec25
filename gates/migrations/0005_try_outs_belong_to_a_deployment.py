import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from gates.enums import Kind


class Migration(migrations.Migration):
    """Its rows live ten minutes, so that nothing has to be carried over."""

    dependencies = [
        ("deployments", "0001_initial"),
        ("gates", "0004_what_a_sample_without_data_is"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.DeleteModel("TryOut"),
        migrations.CreateModel(
            name="TryOut",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=Kind.choices, max_length=20)),
                ("settings", models.JSONField(default=dict)),
                ("condition", models.CharField(blank=True, max_length=300)),
                ("asked_at", models.DateTimeField(db_index=True)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("found", models.JSONField(null=True)),
                ("asked_by", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("deployment", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="tries", to="deployments.deployment")),
            ],
            options={"default_permissions": ()},
        ),
    ]
