"""A waiver may be signed for somebody who is away; the database refuses what nobody may sign."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

WAIVER = """
CREATE FUNCTION waiver_signature_is_legal() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    release deployments_deployment%ROWTYPE;
BEGIN
    IF NEW.signed_by_id IS NULL OR (TG_OP = 'UPDATE'
       AND NEW.signed_by_id IS NOT DISTINCT FROM OLD.signed_by_id
       AND NEW.signed_for_id IS NOT DISTINCT FROM OLD.signed_for_id) THEN
        RETURN NEW;
    END IF;
    SELECT * INTO release FROM deployments_deployment WHERE id = NEW.deployment_id;
    IF release.requester_id IN (NEW.signed_by_id, NEW.signed_for_id) THEN
        RAISE EXCEPTION 'nobody signs a waiver for what they requested'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.signed_for_id IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM deployments_standin
                       WHERE service_id = release.service_id
                         AND absent_id = NEW.signed_for_id AND stand_in_id = NEW.signed_by_id
                         AND revoked_at IS NULL
                         AND starts_at <= portal_now() AND ends_at > portal_now()) THEN
        RAISE EXCEPTION 'nobody signs for somebody whom they do not stand in for'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approvals_waiver_signature_is_legal BEFORE INSERT OR UPDATE ON approvals_waiver
    FOR EACH ROW EXECUTE FUNCTION waiver_signature_is_legal();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('approvals', '0008_votes_of_stand_ins'),
        ('deployments', '0006_stand_ins'),
        ('gates', '0008_results_by_hand_of_stand_ins'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='waiver',
            name='signed_for',
            field=models.ForeignKey(help_text='Who was away, where a stand-in signed.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='waiver',
            name='signed_for_name',
            field=models.CharField(blank=True, max_length=150),
        ),
        migrations.AddConstraint(
            model_name='waiver',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('signed_for__isnull', True), ('signed_for_name', '')), models.Q(('signed_by__isnull', False), ('signed_for__isnull', False), models.Q(('signed_for_name', ''), _negated=True), models.Q(('signed_for', models.F('signed_by')), _negated=True), models.Q(('signed_for', models.F('asked_by')), _negated=True)), _connector='OR'), name='waiver_names_for_whom_it_is_signed'),
        ),
        migrations.RunSQL(WAIVER, "DROP FUNCTION waiver_signature_is_legal() CASCADE"),
    ]
