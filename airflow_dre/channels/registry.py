"""Kinds of channels by name: our own, and those that other packages offer."""

from __future__ import annotations

from functools import cache

from airflow_dre.channels.channel import ChannelType
from airflow_dre.channels.webhook import WEBHOOK
from airflow_dre.plug_ins import find_plug_in, plug_in_names

GROUP = "airflow_dre.channels"
OWN = {"webhook": WEBHOOK}


@cache
def find_channel_type(name: str) -> ChannelType | None:
    """Return a kind of channel, or None where neither we nor an installed package offers it.

    :raises airflow_dre.errors.PlugInError: the package that offers it does not load.
    """
    return OWN.get(name) or find_plug_in(GROUP, name, ChannelType)


def channel_names() -> list[str]:
    """Return the names that ``channel`` of a route may have."""
    return sorted({*OWN, *plug_in_names(GROUP)})
