import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('checklists', '0005_item_due_told_once'),
        ('deployments', '0009_the_way_back'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('command', models.CharField(max_length=60)),
                ('state', models.CharField(choices=[('waiting', 'Waits for a worker'), ('running', 'Running'), ('done', 'Ended well'), ('failed', 'Failed'), ('stuck', 'Stuck'), ('ended', 'Ended by hand')], default='waiting', max_length=10)),
                ('requested_at', models.DateTimeField()),
                ('hinted_at', models.DateTimeField()),
                ('token', models.UUIDField(null=True)),
                ('lease_until', models.DateTimeField(null=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('code', models.IntegerField(help_text='Exit code; negative for a signal.', null=True)),
                ('output', models.TextField(blank=True)),
                ('reason', models.TextField(blank=True, help_text='What became of it, in one sentence.')),
            ],
            options={
                'ordering': ['item', 'number'],
                'default_permissions': (),
            },
        ),
        migrations.AddField(
            model_name='item',
            name='begun_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='item',
            name='no_return_at',
            field=models.DateTimeField(help_text='When something that cannot be undone was begun, whatever came of it.', null=True),
        ),
        migrations.AddField(
            model_name='item',
            name='question_to',
            field=models.ForeignKey(help_text='Who is asked how it goes on after this step failed.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='item',
            name='runs',
            field=models.CharField(blank=True, help_text='The declared command that a worker runs for it.', max_length=60),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.CheckConstraint(condition=models.Q(('question_to__isnull', True), ('state', 'failed'), _connector='OR'), name='item_asks_how_it_goes_on_when_failed'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.CheckConstraint(condition=models.Q(('no_return_at__isnull', True), ('irreversible', True), _connector='OR'), name='item_no_return_is_irreversible'),
        ),
        migrations.AddField(
            model_name='attempt',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='checklists.item'),
        ),
        migrations.AddField(
            model_name='attempt',
            name='requested_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('state__in', ['running', 'waiting'])), fields=['state', 'lease_until'], name='attempt_live'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.UniqueConstraint(fields=('item', 'number'), name='attempt_number_once'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['running', 'waiting'])), fields=('item',), name='one_live_attempt_of_a_step'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'running'), _negated=True), models.Q(('lease_until__isnull', False), ('started_at__isnull', False), ('token__isnull', False)), _connector='OR'), name='running_attempt_has_a_worker'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', True), ('state__in', ['running', 'waiting'])), models.Q(models.Q(('state__in', ['running', 'waiting']), _negated=True), ('finished_at__isnull', False)), _connector='OR'), name='attempt_that_is_over_has_its_end'),
        ),
    ]
