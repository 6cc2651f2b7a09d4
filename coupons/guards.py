"""What the database itself refuses about coupons, whoever asks.

* a ledger entry that does not begin where the one before ended, or that moves another amount than its coupon's;
* a coupon whose state is not where its last entry put its value;
* a compensation whose present coupons do not sum to it, or an earlier choice whose coupons still live.

PostgreSQL asks the last two at the end of the transaction. SQLite knows no deferred triggers, so it asks when the state
is written (entries are inserted before), when a choice is counted (its coupons are written before), and refuses a
coupon too many and a changed value at once.

A migration that alters one of these tables on SQLite rebuilds it: it begins with `remove` and ends with `install`.
"""

from __future__ import annotations

from typing import Any

_FOLLOWS = """
SELECT 1 FROM coupons_coupon c LEFT JOIN coupons_couponentry b ON b.coupon_id = c.id AND b.seq = NEW.seq - 1
WHERE c.id = NEW.coupon_id AND c.currency = NEW.currency AND c.storefront_id = NEW.storefront_id
  AND {same_amount}
  AND CASE WHEN NEW.seq = 1 THEN NEW.kind = 'promised' ELSE b.credit = NEW.debit AND b.kind <> 'split' END
"""
_MIRRORS = """
SELECT 1 FROM coupons_coupon c JOIN coupons_couponentry e ON e.coupon_id = c.id
WHERE c.id = {id} AND e.seq = (SELECT max(seq) FROM coupons_couponentry WHERE coupon_id = c.id)
  AND (c.state = e.credit OR (c.state = 'revoked' AND e.kind = 'split'))
"""
_WHOLE = """
SELECT 1 FROM coupons_compensation m WHERE m.id = {id} AND {equal}
  AND NOT EXISTS (SELECT 1 FROM coupons_coupon c WHERE c.compensation_id = m.id
    AND (c.choice > m.choices OR (c.choice < m.choices AND c.state <> 'revoked')
      OR c.currency <> m.currency OR c.owner_id <> m.owner_id))
"""
_SUM = (
    "(SELECT coalesce(sum(c.value), 0) FROM coupons_coupon c"
    " WHERE c.compensation_id = m.id AND c.choice = m.choices)"
)

POSTGRESQL = (
    f"""
CREATE OR REPLACE FUNCTION coupons_entry_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS ({_FOLLOWS.format(same_amount="c.value = NEW.amount")}) THEN
    RAISE EXCEPTION 'entry %/% does not follow the one before', NEW.coupon_id, NEW.seq
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER coupons_entry_follows AFTER INSERT ON coupons_couponentry
  FOR EACH ROW EXECUTE FUNCTION coupons_entry_follows();
""",
    f"""
CREATE OR REPLACE FUNCTION coupons_state_mirrors() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE subject bigint;
BEGIN
  IF TG_TABLE_NAME = 'coupons_coupon' THEN subject := NEW.id; ELSE subject := NEW.coupon_id; END IF;
  IF NOT EXISTS ({_MIRRORS.format(id="subject")}) THEN
    RAISE EXCEPTION 'coupon % is not where its ledger says', subject
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER coupons_state_mirrors_insert AFTER INSERT ON coupons_coupon
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION coupons_state_mirrors();
CREATE CONSTRAINT TRIGGER coupons_state_mirrors AFTER UPDATE ON coupons_coupon
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION coupons_state_mirrors();
CREATE CONSTRAINT TRIGGER coupons_state_mirrors_entry AFTER INSERT ON coupons_couponentry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION coupons_state_mirrors();
""",
    f"""
CREATE OR REPLACE FUNCTION coupons_sum_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE subject bigint;
BEGIN
  IF TG_TABLE_NAME = 'coupons_compensation' THEN subject := NEW.id; ELSE subject := NEW.compensation_id; END IF;
  IF NOT EXISTS ({_WHOLE.format(id="subject", equal=f"{_SUM} = m.value")}) THEN
    RAISE EXCEPTION 'the coupons of compensation % do not sum to it', subject
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER coupons_sum_is_whole AFTER INSERT OR UPDATE ON coupons_compensation
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION coupons_sum_is_whole();
CREATE CONSTRAINT TRIGGER coupons_sum_is_whole_insert AFTER INSERT ON coupons_coupon
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION coupons_sum_is_whole();
CREATE CONSTRAINT TRIGGER coupons_sum_is_whole_coupon AFTER UPDATE ON coupons_coupon
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (
    OLD.value <> NEW.value OR OLD.choice <> NEW.choice OR OLD.compensation_id <> NEW.compensation_id
    OR OLD.currency <> NEW.currency OR OLD.owner_id <> NEW.owner_id
  ) EXECUTE FUNCTION coupons_sum_is_whole();
""",
)
_ROUNDED = "round({}, 4)"
_SQLITE_EQUAL = f"{_ROUNDED.format(_SUM)} = round(m.value, 4)"
SQLITE = (
    f"""
CREATE TRIGGER coupons_entry_follows AFTER INSERT ON coupons_couponentry BEGIN
  SELECT RAISE(ABORT, 'a coupon entry does not follow the one before') WHERE NOT EXISTS (
    {_FOLLOWS.format(same_amount="round(c.value, 4) = round(NEW.amount, 4)")}
  );
END
""",
    f"""
CREATE TRIGGER coupons_state_mirrors AFTER UPDATE OF state ON coupons_coupon WHEN OLD.state <> NEW.state BEGIN
  SELECT RAISE(ABORT, 'a coupon is not where its ledger says') WHERE NOT EXISTS ({_MIRRORS.format(id="NEW.id")});
END
""",
    f"""
CREATE TRIGGER coupons_sum_is_whole AFTER UPDATE ON coupons_compensation BEGIN
  SELECT RAISE(ABORT, 'the coupons of a compensation do not sum to it')
  WHERE NOT EXISTS ({_WHOLE.format(id="NEW.id", equal=_SQLITE_EQUAL)});
END
""",
    """
CREATE TRIGGER coupons_sum_is_whole_insert AFTER INSERT ON coupons_coupon BEGIN
  SELECT RAISE(ABORT, 'the coupons of a compensation do not sum to it') WHERE (
    SELECT round(coalesce(sum(c.value), 0), 4) FROM coupons_coupon c
    WHERE c.compensation_id = NEW.compensation_id AND c.choice = NEW.choice
  ) > (SELECT round(m.value, 4) FROM coupons_compensation m WHERE m.id = NEW.compensation_id);
END
""",
    """
CREATE TRIGGER coupons_sum_is_whole_coupon AFTER UPDATE ON coupons_coupon
WHEN OLD.value <> NEW.value OR OLD.choice <> NEW.choice OR OLD.compensation_id <> NEW.compensation_id
  OR OLD.currency <> NEW.currency OR OLD.owner_id <> NEW.owner_id BEGIN
  SELECT RAISE(ABORT, 'what a coupon is worth, and to whom, never changes');
END
""",
)
NAMES = {
    "postgresql": (
        ("coupons_entry_follows", "coupons_couponentry"),
        ("coupons_state_mirrors_insert", "coupons_coupon"),
        ("coupons_state_mirrors", "coupons_coupon"),
        ("coupons_state_mirrors_entry", "coupons_couponentry"),
        ("coupons_sum_is_whole", "coupons_compensation"),
        ("coupons_sum_is_whole_insert", "coupons_coupon"),
        ("coupons_sum_is_whole_coupon", "coupons_coupon"),
    ),
    "sqlite": tuple(
        (name, "")
        for name in (
            "coupons_entry_follows", "coupons_state_mirrors", "coupons_sum_is_whole",
            "coupons_sum_is_whole_insert", "coupons_sum_is_whole_coupon",
        )
    ),
}  # fmt: skip


def install(_apps: Any, schema_editor: Any) -> None:
    """Put the guards up; those that were there are replaced. For `migrations.RunPython`."""
    remove(_apps, schema_editor)
    statements = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
    with schema_editor.connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def remove(_apps: Any, schema_editor: Any) -> None:
    """Take the guards down, for a migration that rebuilds a table."""
    with schema_editor.connection.cursor() as cursor:
        for name, table in NAMES[schema_editor.connection.vendor]:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if table else ""))
