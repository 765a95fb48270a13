"""The port of channels: how a service receives notices, and how a route of the configuration becomes one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from airflow_dre.errors import DreError
from airflow_dre.incidents.notice import Notice
from airflow_dre.incidents.retry import Attempt


class ChannelUnusable(DreError):
    """A route that no notice can be sent to, found without its receiver."""


class Channel(Protocol):
    """A receiver of notices."""

    def send(self, notice: Notice, deadline: float) -> Attempt:
        """Send a notice once, and return the outcome.

        It never raises because of the receiver, and its errors show no address and no secret.

        :param notice: the notice. A receiver may get it twice: pass on its ``dedup_key``.
        :param deadline: moment of ``time.monotonic()`` by which it must return.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelType:
    """A kind of channel, as an entry point of the group ``airflow_dre.channels`` offers it."""

    open: Callable[[str, Mapping[str, object]], Channel]
    """Returns the channel of a route, given its name and its options. Those of its Airflow connection are among them.

    It may raise :class:`airflow_dre.errors.DefinitionError` for options, or :class:`ChannelUnusable`. Of every other error only the type is
    shown. It must not connect, and it has as long as a message.
    """
