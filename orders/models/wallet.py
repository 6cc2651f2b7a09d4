"""Wallets: what a buyer has with us, by currency, and each movement that led to it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import flush
from orders.models.money import Refund
from orders.models.order import ZERO, money


class WalletAccount(models.Model):
    """The wallet of one person in one currency; made with its first movement.

    `balance` and `length` mirror the last entry: the database moves them with each new entry, and refuses
    every other change.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="wallets"
    )
    currency = models.CharField(_("currency"), max_length=3)
    balance = money(verbose_name=_("balance"), default=ZERO)
    length = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ("user", "currency")
        constraints = (
            models.UniqueConstraint(fields=("user", "currency"), name="wallet_once"),
            models.CheckConstraint(condition=Q(balance__gte=0), name="wallet_no_debts"),
        )

    def __str__(self) -> str:
        return f"{self.balance} {self.currency}"


class WalletEntry(models.Model):
    """A refund that came into a wallet; append-only, numbered from 1 without gaps, each refund once.

    `balance` is what the wallet holds after it. The database refuses a gap, a wrong balance, and a refund of
    another person, currency or amount. Whoever adds one to a batch gives the refund and the amount; account,
    number and balance follow when the batch is written, under the lock of the account.
    """

    account = models.ForeignKey(WalletAccount, on_delete=models.PROTECT, related_name="entries")
    seq = models.PositiveIntegerField()
    amount = money(verbose_name=_("amount"))
    balance = money(verbose_name=_("balance"))
    refund = models.OneToOneField(Refund, on_delete=models.PROTECT, related_name="wallet_entry")
    at = models.DateTimeField(_("time"))

    class Meta:
        ordering = ("account", "seq")
        constraints = (
            models.UniqueConstraint(fields=("account", "seq"), name="wallet_seq_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="wallet_amount_positive"),
        )

    def __str__(self) -> str:
        return f"{self.seq} {self.amount}"


@flush.prepares(WalletEntry)
def number(entries: list[WalletEntry]) -> None:
    """Lock the accounts that these entries belong to, in the order of their keys, and let each follow the last."""
    owner = {id(e): (e.refund.order.buyer_id, e.refund.currency) for e in entries}
    people = {user for user, _currency in owner.values()}
    currencies = {currency for _user, currency in owner.values()}
    wallets = WalletAccount.objects.filter(user__in=people, currency__in=currencies)
    missing = set(owner.values()) - set(wallets.values_list("user_id", "currency"))
    WalletAccount.objects.bulk_create(
        [WalletAccount(user_id=user, currency=currency) for user, currency in sorted(missing)],
        ignore_conflicts=True,
    )
    locked = wallets.order_by("pk").select_for_update(of=("self",), no_key=True)
    accounts = {(a.user_id, a.currency): a for a in locked}
    for entry in entries:
        account = accounts[owner[id(entry)]]
        account.length += 1
        account.balance += entry.amount
        entry.account, entry.seq, entry.balance = account, account.length, account.balance
