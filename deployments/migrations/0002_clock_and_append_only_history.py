"""What Django's models cannot say: the portal's clock, and tables that only grow."""

from django.db import migrations

CLOCK = """
INSERT INTO deployments_clock (id, "offset") VALUES (1, interval '0');
ALTER TABLE deployments_clock ADD CONSTRAINT clock_is_one_row CHECK (id = 1);
CREATE FUNCTION portal_now() RETURNS timestamptz LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, public, pg_temp  -- a temporary table must not stand in for ours
    AS 'SELECT clock_timestamp() + "offset" FROM deployments_clock WHERE id = 1';
"""

APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""


REQUESTER = """
CREATE FUNCTION requester_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'who asked for a deployment never changes' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER deployments_requester_stays BEFORE UPDATE OF requester_id ON deployments_deployment
    FOR EACH ROW WHEN (OLD.requester_id IS DISTINCT FROM NEW.requester_id)
    EXECUTE FUNCTION requester_stays();
"""


def append_only(table: str) -> str:
    return f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER {table}_never_truncated BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("deployments", "0001_initial")]

    operations = [
        migrations.RunSQL(CLOCK, "DROP FUNCTION portal_now()"),
        migrations.RunSQL(APPEND_ONLY, "DROP FUNCTION refuse_change() CASCADE"),
        migrations.RunSQL(REQUESTER, "DROP FUNCTION requester_stays() CASCADE"),
        migrations.RunSQL(append_only("deployments_event"), ""),
        migrations.RunSQL(append_only("deployments_contentversion"), ""),
    ]
