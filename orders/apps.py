from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = _("Orders and money")

    def ready(self) -> None:
        from orders import effects, measures, notices  # noqa: F401 (they register themselves)
        from orders.gateways import file, wallet, webhook  # noqa: F401

        notices.register()
