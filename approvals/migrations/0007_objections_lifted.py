"""Objections are lifted once their author lost the say: only ever added, never by the author."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARDS = """
CREATE TRIGGER approvals_lifting_append_only BEFORE UPDATE OR DELETE ON approvals_lifting
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER approvals_lifting_never_truncated BEFORE TRUNCATE ON approvals_lifting
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION lifting_is_legal() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM approvals_vote
                   WHERE id = NEW.vote_id AND choice IN ('reject', 'request_changes')) THEN
        RAISE EXCEPTION 'only an objection is lifted' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM approvals_vote
               WHERE id = NEW.vote_id AND person_id = NEW.by_id) THEN
        RAISE EXCEPTION 'nobody lifts an objection of their own' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM accounts_user
                   WHERE id = NEW.by_id AND kind = 'person' AND is_active) THEN
        RAISE EXCEPTION 'only a person lifts an objection' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approvals_lifting_is_legal BEFORE INSERT ON approvals_lifting
    FOR EACH ROW EXECUTE FUNCTION lifting_is_legal();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('approvals', '0006_signatures_are_asked_for'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Lifting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField()),
                ('at', models.DateTimeField()),
                ('means', models.CharField(max_length=30)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('vote', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='lifting', to='approvals.vote')),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='lifting_has_reason')],
            },
        ),
        migrations.RunSQL(GUARDS, "DROP FUNCTION lifting_is_legal() CASCADE"),
    ]
