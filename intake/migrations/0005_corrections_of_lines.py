"""Every document has its service; corrections are only ever added to."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

APPEND_ONLY = """
CREATE TRIGGER intake_linecorrection_append_only BEFORE UPDATE OR DELETE ON intake_linecorrection
FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("intake", "0004_documents_under_review"),
    ]

    operations = [
        migrations.AlterField("sourcedocument", "service", models.ForeignKey(
            on_delete=django.db.models.deletion.CASCADE, related_name="documents",
            to="deployments.service")),
        migrations.CreateModel(
            name="LineCorrection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.PositiveIntegerField()),
                ("kind", models.CharField(blank=True, max_length=20)),
                ("section", models.PositiveIntegerField(help_text="The line of its heading.", null=True)),
                ("condition", models.CharField(blank=True, max_length=200)),
                ("made_at", models.DateTimeField()),
                ("document", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="corrections", to="intake.sourcedocument")),
                ("made_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("role", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.role")),
            ],
            options={"ordering": ["pk"], "default_permissions": ()},
        ),
        migrations.AddIndex("linecorrection", models.Index(fields=["document", "line"], name="intake_line_documen_idx")),
        migrations.RunSQL(APPEND_ONLY, ""),
    ]
