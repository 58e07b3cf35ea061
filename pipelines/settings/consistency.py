"""Checks of settings that the type of one key cannot express: names that must exist, keys that must fit each other."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import available_timezones

from pipelines.settings.bundles import Bundles
from pipelines.settings.sources import EVENT_TYPES, Sources
from pipelines.settings.training import ONE_MACHINE, Training
from pipelines.settings.tree import Settings


def inconsistencies(settings: Settings) -> Iterator[str]:
    """A sentence for each wrong value, with key, value and what is allowed."""
    yield from _encodings(settings.sources)
    yield from _time_zones(settings)
    yield from _event_types(settings)
    yield from _rendezvous(settings.training)
    yield from _pinned_bundles(settings.bundles)


def is_encoding(name: str) -> bool:
    """Whether Python has a text encoding of this name."""
    try:
        return "a".encode(name) != b""
    except (LookupError, UnicodeError):
        return False


def _encodings(sources: Sources) -> Iterator[str]:
    for name, source in sources:
        if not is_encoding(source.encoding):
            key = f'[sources.{name}] encoding = "{source.encoding}"'
            yield f'{key} is not a text encoding; use one such as "UTF-8" or "cp1252".'


def _time_zones(settings: Settings) -> Iterator[str]:
    zones = {"[shop] time_zone": settings.shop.time_zone}
    zones |= {f"[sources.{n}] time_zone": s.time_zone for n, s in settings.sources if s.time_zone}
    for key, zone in zones.items():
        if zone not in available_timezones():
            yield f'{key} = "{zone}" is not an IANA time zone; use one such as "Europe/Berlin".'


def _event_types(settings: Settings) -> Iterator[str]:
    used = {
        "[sources.events.event_types]": settings.sources.events.event_types.values(),
        "[features.weights]": settings.features.weights,
        "[features] bought": settings.features.bought,
        "[guards] targets": settings.guards.targets,
        "[ranking] hide": settings.ranking.hide,
    }
    for key, event_types in used.items():
        for event_type in event_types:
            if event_type not in EVENT_TYPES:
                yield f'{key} names "{event_type}"; event types are {", ".join(EVENT_TYPES)}.'


def _rendezvous(training: Training) -> Iterator[str]:
    if training.machines > 1 and training.rendezvous == ONE_MACHINE:
        key = f'[training] machines = {training.machines} cannot connect at rendezvous = "{ONE_MACHINE}"'
        yield f'{key}; set "HOST:PORT" of the first machine, as the others reach it.'


def _pinned_bundles(bundles: Bundles) -> Iterator[str]:
    for pinned in bundles.pinned:
        if blocked := sorted(set(pinned) & set(bundles.blocked)):
            yield f"[bundles] pinned {pinned} holds {blocked}, which `blocked` excludes; remove them from one of these."
        for group in bundles.never_together:
            if len(both := sorted(set(pinned) & set(group))) > 1:
                yield (
                    f"[bundles] pinned {pinned} holds {both} of the `never_together` list {group}; "
                    "remove one of the two lists."
                )
