from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gates", "0001_initial")]

    operations = [
        migrations.AddField(
            "gate", "removed_at", models.DateTimeField(editable=False, null=True)
        ),
    ]
