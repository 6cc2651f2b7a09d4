"""State columns that only a transition can move.

django-fsm guards memory alone and some of its guards are loose; `StateField` and `StateModel` close
the gaps that were met: reloading a row unlocks that row and nothing else, `full_clean` works on a
protected field, and `save(update_fields=…)` never forgets the state.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django_fsm import FSMField, FSMFieldDescriptor, TransitionNotAllowed

from core.row import Row

if TYPE_CHECKING:
    Method = TypeVar("Method", bound=Callable[..., Any])

    def transition(*args: Any, **kwargs: Any) -> Callable[[Method], Method]:
        """The library's types want Django's users; our permissions take `(case, actor)`."""
else:
    from django_fsm import transition

__all__ = ["StateField", "StateModel", "TransitionNotAllowed", "transition"]

UNLOCKED = "_state_unlocked"


class _LockedState(FSMFieldDescriptor):
    """Refuses a direct write once the row has a state, unless this very instance is unlocked."""

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        try:
            return instance.__dict__[self.field.name]
        except (KeyError, AttributeError):  # deferred, or asked of the class
            return super().__get__(instance, owner)

    def __set__(self, instance: Any, value: Any) -> None:
        held = self.field.name in instance.__dict__ and not instance.__dict__.get(UNLOCKED)
        if held and value != instance.__dict__[self.field.name]:
            raise AttributeError(f"{self.field.name} changes only by a transition")
        self.field.set_state(instance, value)


class StateField(FSMField):
    """A protected FSM column whose values are the words of a `TextChoices`."""

    descriptor_class = _LockedState

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 32)
        kwargs.setdefault("protected", True)
        super().__init__(*args, **kwargs)

    def get_state(self, instance: Any) -> Any:
        try:
            return instance.__dict__[self.name]
        except KeyError:  # deferred
            return super().get_state(instance)


class StateModel(Row):
    """Base of every row with a `StateField`.

    A machine says beside its transitions what people need to know of its states: which end it, which are
    reserved for a later instance, who must act in each, and which clocks run there. Diagrams and the test
    over every state graph read these.
    """

    TERMINAL: ClassVar[Collection[str]] = ()
    RESERVED: ClassVar[Collection[str]] = ()
    OWNERS: ClassVar[Mapping[str, Any]] = {}
    CLOCKS: ClassVar[Mapping[str, Any]] = {}

    class Meta:
        abstract = True

    @contextmanager
    def _unlocked(self) -> Iterator[None]:
        self.__dict__[UNLOCKED] = True
        try:
            yield
        finally:
            self.__dict__.pop(UNLOCKED, None)

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        with self._unlocked():
            super().refresh_from_db(*args, **kwargs)

    def clean_fields(self, exclude: Any = None) -> None:
        with self._unlocked():
            super().clean_fields(exclude=exclude)

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is not None:
            states = {f.name for f in self._meta.concrete_fields if isinstance(f, StateField)}
            update_fields = set(update_fields) | states
        super().save(*args, update_fields=update_fields, **kwargs)
