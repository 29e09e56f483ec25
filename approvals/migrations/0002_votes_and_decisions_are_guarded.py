"""The database's own refusals: votes and decisions only grow, and nobody signs their own work."""

from django.db import migrations

APPEND_ONLY = """
CREATE TRIGGER approvals_{table}_append_only BEFORE UPDATE OR DELETE ON approvals_{table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER approvals_{table}_never_truncated BEFORE TRUNCATE ON approvals_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

VOTE = """
CREATE FUNCTION vote_is_legal() RETURNS trigger LANGUAGE plpgsql
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
    IF NEW.person_id = release.requester_id OR NEW.person_id = version.author_id
       OR EXISTS (SELECT 1 FROM deployments_deployment_authors
                  WHERE deployment_id = NEW.deployment_id AND user_id = NEW.person_id) THEN
        RAISE EXCEPTION 'nobody signs what they requested, wrote or last edited'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approvals_vote_is_legal BEFORE INSERT ON approvals_vote
    FOR EACH ROW EXECUTE FUNCTION vote_is_legal();
"""

STANDING = """
CREATE FUNCTION standing_is_true() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM approvals_vote
                   WHERE id = NEW.vote_id AND person_id = NEW.person_id
                     AND deployment_id = NEW.deployment_id AND content_hash = NEW.content_hash
                     AND choice <> 'withdraw') THEN
        RAISE EXCEPTION 'a standing points to a vote of the same person on the same content'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approvals_standing_is_true BEFORE INSERT OR UPDATE ON approvals_standing
    FOR EACH ROW EXECUTE FUNCTION standing_is_true();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0001_initial"),
        ("deployments", "0002_clock_and_append_only_history"),
    ]

    operations = [
        migrations.RunSQL(APPEND_ONLY.format(table="vote"), ""),
        migrations.RunSQL(APPEND_ONLY.format(table="decision"), ""),
        migrations.RunSQL(VOTE, "DROP FUNCTION vote_is_legal() CASCADE"),
        migrations.RunSQL(STANDING, "DROP FUNCTION standing_is_true() CASCADE"),
    ]
