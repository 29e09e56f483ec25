from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("communications", "0002_messages_without_a_plan_line")]

    operations = [
        migrations.AddField(
            "messageplan", "removed_at", models.DateTimeField(editable=False, null=True)
        ),
    ]
