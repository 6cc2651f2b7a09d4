"""What the database itself refuses about money, whoever asks.

* a ledger entry that does not follow from the one before it, or changes afterwards;
* an order whose totals differ from its last entry (PostgreSQL: at the end of the transaction, deferred;
  SQLite: at each update of the totals, because it knows no deferred triggers);
* a refund in another currency than its order's, of another amount than its ledger entry, or without one;
* refunds that do not sum to what the order says went back, in all or to the card; a refund that is deleted;
* another currency for an order whose money has moved;
* a wallet's entry that does not follow from the one before it, or does not fit its refund, and a balance that is
  not that of the last entry.

That money which was released goes back only after a recovery entry follows from the first: without it `held`
would fall below zero, which a constraint of the entries refuses.

A migration that alters one of these tables on SQLite rebuilds it, and triggers are lost or in the way:
it begins with `Guards(up=False)` and ends with `Guards()`, of wallets too. A test looks that the guards are there.
"""

# ruff: noqa: S608 - these statements are made of constants only
from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation

from orders.states import EFFECTS

TOTALS = ("captured", "held", "released", "refunded")


def _after(column: int, entry: str, before: str) -> str:
    """SQL: what a total is after an entry, given what it was before."""
    cases = " ".join(f"WHEN '{kind}' THEN {signs[column]}" for kind, signs in EFFECTS.items())
    return f"{before} + (CASE {entry}.kind {cases} END) * {entry}.amount"


def _follows(entry: str, wrap: str = "{}") -> str:
    pairs = (
        (wrap.format(_after(i, entry, f"before.{name}")), wrap.format(f"{entry}.{name}"))
        for i, name in enumerate(TOTALS)
    )
    return " AND ".join(f"{left} = {right}" for left, right in pairs)


_BEFORE = f"""
SELECT {", ".join(TOTALS)} FROM orders_ledgerentry WHERE order_id = NEW.order_id AND seq = NEW.seq - 1
UNION ALL SELECT 0, 0, 0, 0 WHERE NEW.seq = 1
"""
_FITS = """
SELECT 1 FROM orders_order o JOIN orders_ledgerentry e ON e.order_id = o.id
WHERE o.id = NEW.order_id AND e.id = NEW.entry_id AND o.currency = NEW.currency
  AND e.amount = NEW.amount AND e.kind = 'refunded'
"""
_LAST = "SELECT * FROM orders_ledgerentry WHERE order_id = {id} ORDER BY seq DESC LIMIT 1"
_WATCHED = (*TOTALS, "refunded_to_card", "ledger_length")
_CHANGED = " OR ".join(f"OLD.{name} <> NEW.{name}" for name in _WATCHED)
_SENT_BACK = """
SELECT COALESCE(SUM(amount), 0) AS amount, COALESCE(SUM(CASE WHEN means = 'card' THEN amount ELSE 0 END), 0) AS card
FROM orders_refund WHERE order_id = {id}
"""
_SAME = " AND ".join(f"e.{name} = o.{name}" for name in TOTALS) + " AND e.seq = o.ledger_length"

POSTGRESQL = (
    f"""
CREATE OR REPLACE FUNCTION orders_ledger_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM ({_BEFORE}) AS before WHERE {_follows("NEW")}) THEN
    RAISE EXCEPTION 'ledger entry %/% does not follow the one before', NEW.order_id, NEW.seq
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER orders_ledger_follows AFTER INSERT ON orders_ledgerentry
  FOR EACH ROW EXECUTE FUNCTION orders_ledger_follows();
""",
    f"""
CREATE OR REPLACE FUNCTION orders_totals_mirror() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE subject bigint;
BEGIN
  IF TG_TABLE_NAME = 'orders_order' THEN subject := NEW.id; ELSE subject := NEW.order_id; END IF;
  IF NOT EXISTS (
    SELECT 1 FROM orders_order o LEFT JOIN LATERAL ({_LAST.format(id="o.id")}) e ON true
    WHERE o.id = subject AND CASE WHEN e.id IS NULL
      THEN o.captured = 0 AND o.released = 0 AND o.refunded = 0 AND o.ledger_length = 0 ELSE {_SAME} END
      AND (o.refunded, o.refunded_to_card) = ({_SENT_BACK.format(id="o.id")})
  ) THEN
    RAISE EXCEPTION 'the totals of order % are not those of its ledger', subject
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER orders_totals_mirror_insert AFTER INSERT ON orders_order
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.captured <> 0 OR NEW.ledger_length <> 0)
  EXECUTE FUNCTION orders_totals_mirror();
CREATE CONSTRAINT TRIGGER orders_totals_mirror AFTER UPDATE ON orders_order
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ({_CHANGED})
  EXECUTE FUNCTION orders_totals_mirror();
CREATE CONSTRAINT TRIGGER orders_totals_mirror_entry AFTER INSERT ON orders_ledgerentry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION orders_totals_mirror();
""",
    f"""
CREATE OR REPLACE FUNCTION orders_refund_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS ({_FITS}) THEN
    RAISE EXCEPTION 'refund % does not fit its order and ledger entry', NEW.reference
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER orders_refund_fits AFTER INSERT OR UPDATE OF amount, currency, order_id, entry_id
  ON orders_refund FOR EACH ROW EXECUTE FUNCTION orders_refund_fits();
""",
    """
CREATE OR REPLACE FUNCTION orders_refund_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a refund is never deleted' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER orders_refund_kept BEFORE DELETE ON orders_refund
  FOR EACH ROW EXECUTE FUNCTION orders_refund_kept();
""",
    """
CREATE OR REPLACE FUNCTION orders_currency_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'order % has money in %', OLD.reference, OLD.currency
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER orders_currency_kept BEFORE UPDATE OF currency ON orders_order
  FOR EACH ROW WHEN (OLD.currency <> NEW.currency AND OLD.ledger_length > 0)
  EXECUTE FUNCTION orders_currency_kept();
""",
)

SQLITE = (
    f"""
CREATE TRIGGER orders_ledger_follows AFTER INSERT ON orders_ledgerentry BEGIN
  SELECT RAISE(ABORT, 'a ledger entry does not follow the one before')
  WHERE NOT EXISTS (SELECT 1 FROM ({_BEFORE}) AS before WHERE {_follows("NEW", "round({}, 4)")});
END
""",
    f"""
CREATE TRIGGER orders_totals_mirror AFTER UPDATE OF {", ".join(_WATCHED)} ON orders_order
WHEN {_CHANGED} BEGIN
  SELECT RAISE(ABORT, 'the totals of an order are not those of its ledger')
  WHERE NOT EXISTS (
    SELECT 1 FROM ({_LAST.format(id="NEW.id")}) e
    WHERE {" AND ".join(f"round(e.{n}, 4) = round(NEW.{n}, 4)" for n in TOTALS)} AND e.seq = NEW.ledger_length
  ) OR NOT EXISTS (
    SELECT 1 FROM ({_SENT_BACK.format(id="NEW.id")}) r
    WHERE round(r.amount, 4) = round(NEW.refunded, 4) AND round(r.card, 4) = round(NEW.refunded_to_card, 4)
  );
END
""",
    *(
        f"""
CREATE TRIGGER orders_refund_fits{suffix} AFTER {verb} ON orders_refund BEGIN
  SELECT RAISE(ABORT, 'a refund does not fit its order and ledger entry') WHERE NOT EXISTS ({_FITS});
END
"""
        for suffix, verb in (
            ("", "INSERT"),
            ("_update", "UPDATE OF amount, currency, order_id, entry_id"),
        )
    ),
    """
CREATE TRIGGER orders_refund_kept BEFORE DELETE ON orders_refund BEGIN
  SELECT RAISE(ABORT, 'a refund is never deleted');
END
""",
    """
CREATE TRIGGER orders_currency_kept BEFORE UPDATE OF currency ON orders_order
WHEN OLD.currency <> NEW.currency AND OLD.ledger_length > 0 BEGIN
  SELECT RAISE(ABORT, 'the money of an order keeps its currency');
END
""",
)
ALL_NAMES = {
    "postgresql": (
        ("orders_totals_mirror", "orders_order"),
        ("orders_totals_mirror_insert", "orders_order"),
        ("orders_totals_mirror_entry", "orders_ledgerentry"),
        ("orders_ledger_follows", "orders_ledgerentry"),
        ("orders_refund_fits", "orders_refund"),
        ("orders_refund_kept", "orders_refund"),
        ("orders_currency_kept", "orders_order"),
    ),
    "sqlite": (
        ("orders_ledger_follows", ""),
        ("orders_totals_mirror", ""),
        ("orders_refund_fits", ""),
        ("orders_refund_fits_update", ""),
        ("orders_refund_kept", ""),
        ("orders_currency_kept", ""),
    ),
}

_CREDIT = """
SELECT 1 FROM orders_walletaccount a JOIN orders_refund r ON r.id = NEW.refund_id
JOIN orders_order o ON o.id = r.order_id
WHERE a.id = NEW.account_id AND a.user_id = o.buyer_id AND a.currency = r.currency AND NEW.amount = r.amount
  AND a.length = NEW.seq - 1
"""
_MIRRORS = """
SELECT 1 FROM orders_walletentry e WHERE e.account_id = NEW.id AND e.seq = NEW.length AND e.balance = NEW.balance
  AND NEW.length = OLD.length + 1 AND NEW.user_id = OLD.user_id AND NEW.currency = OLD.currency
"""
WALLET_POSTGRESQL = (
    f"""
CREATE OR REPLACE FUNCTION orders_wallet_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS ({_CREDIT} AND a.balance + NEW.amount = NEW.balance) THEN
    RAISE EXCEPTION 'wallet entry %/% does not follow the one before', NEW.account_id, NEW.seq
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  UPDATE orders_walletaccount SET balance = NEW.balance, length = NEW.seq WHERE id = NEW.account_id;
  RETURN NULL;
END $$;
CREATE TRIGGER orders_wallet_follows AFTER INSERT ON orders_walletentry
  FOR EACH ROW EXECUTE FUNCTION orders_wallet_follows();
""",
    f"""
CREATE OR REPLACE FUNCTION orders_wallet_mirrors() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' OR NOT EXISTS ({_MIRRORS}) THEN
    RAISE EXCEPTION 'wallet % is not what its entries say', NEW.id
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER orders_wallet_mirrors AFTER UPDATE ON orders_walletaccount
  FOR EACH ROW EXECUTE FUNCTION orders_wallet_mirrors();
CREATE TRIGGER orders_wallet_begins AFTER INSERT ON orders_walletaccount
  FOR EACH ROW WHEN (NEW.balance <> 0 OR NEW.length <> 0) EXECUTE FUNCTION orders_wallet_mirrors();
""",
)
WALLET_SQLITE = (
    f"""
CREATE TRIGGER orders_wallet_follows AFTER INSERT ON orders_walletentry BEGIN
  SELECT RAISE(ABORT, 'a wallet entry does not follow the one before')
  WHERE NOT EXISTS ({_CREDIT} AND round(a.balance + NEW.amount, 4) = round(NEW.balance, 4));
  UPDATE orders_walletaccount SET balance = NEW.balance, length = NEW.seq WHERE id = NEW.account_id;
END
""",
    f"""
CREATE TRIGGER orders_wallet_mirrors AFTER UPDATE ON orders_walletaccount BEGIN
  SELECT RAISE(ABORT, 'a wallet is not what its entries say') WHERE NOT EXISTS ({_MIRRORS});
END
""",
    """
CREATE TRIGGER orders_wallet_begins AFTER INSERT ON orders_walletaccount
WHEN NEW.balance <> 0 OR NEW.length <> 0 BEGIN
  SELECT RAISE(ABORT, 'a wallet is not what its entries say');
END
""",
)
WALLET_NAMES = (
    ("orders_wallet_follows", "orders_walletentry"),
    ("orders_wallet_mirrors", "orders_walletaccount"),
    ("orders_wallet_begins", "orders_walletaccount"),
)
SETS: dict[str, dict[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]]] = {
    "money": {
        "postgresql": (POSTGRESQL, ALL_NAMES["postgresql"]),
        "sqlite": (SQLITE, ALL_NAMES["sqlite"]),
    },
    "wallet": {
        "postgresql": (WALLET_POSTGRESQL, WALLET_NAMES),
        "sqlite": (WALLET_SQLITE, tuple((name, "") for name, _table in WALLET_NAMES)),
    },
}
"""The guards by what they guard, for each database: the statements, and the names with their tables."""


def names(vendor: str) -> set[str]:
    """Every guard that must be there."""
    return {name for guarded in SETS.values() for name, _table in guarded[vendor][1]}


def install(cursor: Any, vendor: str, what: str = "money") -> None:
    """Put the guards up; those that were there are replaced."""
    remove(cursor, vendor, what)
    for statement in SETS[what][vendor][0]:
        cursor.execute(statement)


def remove(cursor: Any, vendor: str, what: str = "money") -> None:
    """Take the guards down, for a migration that rebuilds a table."""
    for name, table in SETS[what][vendor][1]:
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if table else ""))


class Guards(Operation):
    """Migration operation: the guards of money or of wallets go up, or come down while tables are rebuilt."""

    reversible = True

    def __init__(self, up: bool = True, what: str = "money") -> None:
        self.up, self.what = up, what

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        given = {"up": False} if not self.up else {}
        return self.__class__.__qualname__, [], given | {"what": self.what}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models stay as they are."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        self._set(schema_editor, self.up)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        self._set(schema_editor, not self.up)

    def describe(self) -> str:
        return f"Guards of {self.what} {'up' if self.up else 'down'}"

    def _set(self, schema_editor: Any, up: bool) -> None:
        with schema_editor.connection.cursor() as cursor:
            (install if up else remove)(cursor, schema_editor.connection.vendor, self.what)
