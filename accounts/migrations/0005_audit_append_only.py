"""The audit is append-only in the database itself: no row is changed, and only the retention command deletes.

It says so by `SET LOCAL portal.audit_retention = 'on'`; a database whose tables are emptied between tests
says so for itself by `portal.audit_emptied`.
"""

from django.db import migrations

GUARD = """
CREATE FUNCTION accounts_audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('portal.audit_retention', true) = 'on' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'TRUNCATE' AND current_setting('portal.audit_emptied', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'The audit is append-only: % is refused.', TG_OP USING ERRCODE = 'insufficient_privilege';
END;
$$;
CREATE TRIGGER audit_rows_stay BEFORE UPDATE OR DELETE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION accounts_audit_guard();
CREATE TRIGGER audit_stays BEFORE TRUNCATE ON accounts_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_guard();
"""
NO_GUARD = """
DROP TRIGGER audit_rows_stay ON accounts_auditentry;
DROP TRIGGER audit_stays ON accounts_auditentry;
DROP FUNCTION accounts_audit_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_group_life")]

    operations = [migrations.RunSQL(GUARD, NO_GUARD)]
