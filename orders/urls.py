"""Addresses of orders: references, never keys."""

from django.urls import path

from orders.views import hooks, moves, pages, talk, wallet

app_name = "orders"
ORDER = "<str:reference>/"

urlpatterns = [
    path("", pages.bought, name="list"),
    path("sold/", pages.sold, name="sold"),
    path("refund-results/", hooks.refund_result, name="refund_result"),
    path("wallet/", wallet.wallet, name="wallet"),
    path(ORDER, pages.order, name="order"),
    path(f"{ORDER}payments/", pages.payments, name="payments"),
    path(f"{ORDER}payments/<str:refund>/again/", pages.retry_refund, name="retry_refund"),
    path(f"{ORDER}payments/<str:refund>/wallet/", pages.correct_refund, name="correct_refund"),
    path(f"{ORDER}message/", talk.message, name="message"),
    *(
        path(f"{ORDER}{move.slug}/", moves.view_of(move), name=move.name)
        for move in moves.MOVES.values()
    ),
]
