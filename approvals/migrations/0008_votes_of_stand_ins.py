"""A vote may be given for somebody who is away; the database refuses what would count twice."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

VOTE = """
CREATE OR REPLACE FUNCTION vote_is_legal() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    version deployments_contentversion%ROWTYPE;
    release deployments_deployment%ROWTYPE;
BEGIN
    SELECT * INTO version FROM deployments_contentversion WHERE id = NEW.content_version_id;
    SELECT * INTO release FROM deployments_deployment WHERE id = NEW.deployment_id;
    IF version.deployment_id <> NEW.deployment_id OR version.hash <> NEW.content_hash THEN
        RAISE EXCEPTION 'a vote names the content version it was given on'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM approvals_rule
                   WHERE id = NEW.rule_id AND deployment_id = NEW.deployment_id) THEN
        RAISE EXCEPTION 'a vote is given under a rule of its deployment'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM accounts_user
                   WHERE id = NEW.person_id AND kind = 'person' AND is_active) THEN
        RAISE EXCEPTION 'only a person votes' USING ERRCODE = 'check_violation';
    END IF;
    -- Taking one's own word back is no signature.
    IF NEW.choice = 'withdraw' THEN
        RETURN NEW;
    END IF;
    IF release.requester_id IN (NEW.person_id, NEW.on_behalf_of_id)
       OR version.author_id IN (NEW.person_id, NEW.on_behalf_of_id)
       OR EXISTS (SELECT 1 FROM deployments_deployment_authors
                  WHERE deployment_id = NEW.deployment_id
                    AND user_id IN (NEW.person_id, NEW.on_behalf_of_id)) THEN
        RAISE EXCEPTION 'nobody signs what they requested, wrote or last edited'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.on_behalf_of_id IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM deployments_standin
                       WHERE service_id = release.service_id
                         AND absent_id = NEW.on_behalf_of_id AND stand_in_id = NEW.person_id
                         AND revoked_at IS NULL
                         AND starts_at <= portal_now() AND ends_at > portal_now()) THEN
        RAISE EXCEPTION 'nobody signs for somebody whom they do not stand in for'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""

STANDING = """
CREATE OR REPLACE FUNCTION standing_is_true() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM approvals_vote
                   WHERE id = NEW.vote_id AND NEW.person_id IN (person_id, on_behalf_of_id)
                     AND deployment_id = NEW.deployment_id AND content_hash = NEW.content_hash
                     AND choice <> 'withdraw') THEN
        RAISE EXCEPTION 'a standing points to a vote of the same person on the same content'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('approvals', '0007_objections_lifted'),
        ('deployments', '0006_stand_ins'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='vote',
            name='on_behalf_of',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='votes_by_stand_ins', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='vote',
            name='on_behalf_of_name',
            field=models.CharField(blank=True, max_length=150),
        ),
        migrations.AlterField(
            model_name='standing',
            name='vote',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='standings', to='approvals.vote'),
        ),
        migrations.AlterField(
            model_name='vote',
            name='grounds',
            field=models.CharField(max_length=600),
        ),
        migrations.AddConstraint(
            model_name='vote',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('on_behalf_of__isnull', True), ('on_behalf_of_name', '')), models.Q(('on_behalf_of__isnull', False), models.Q(('on_behalf_of_name', ''), _negated=True), models.Q(('on_behalf_of', models.F('person')), _negated=True)), _connector='OR'), name='vote_names_for_whom_it_is'),
        ),
        migrations.RunSQL(VOTE, migrations.RunSQL.noop),
        migrations.RunSQL(STANDING, migrations.RunSQL.noop),
    ]
