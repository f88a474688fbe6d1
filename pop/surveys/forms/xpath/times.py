"""Functions on dates and times; what time it is was passed in."""

from __future__ import annotations

import math

from pop.surveys.forms.xpath import dates
from pop.surveys.forms.xpath.values import Value, number_of, text_of
from pop.surveys.forms.xpath.world import Evaluate, World


def today(arguments: list[Evaluate]) -> Evaluate:
    """Return the function of the day that it is."""
    return lambda world, node, position, size: dates.moment(
        world.now.replace(hour=0, minute=0, second=0, microsecond=0)
    )


def now(arguments: list[Evaluate]) -> Evaluate:
    """Return the function of the moment that it is."""
    return lambda world, node, position, size: dates.moment(world.now)


def number(world: World, value: Value) -> float:
    """Return a value as a number: a text that is a date is the days since 1970, written without a fraction."""
    if isinstance(value, str | list):
        text = text_of(value)
        days = dates.days_of(text, world.zone)
        if days is not None:
            return dates.Moment(days, str(math.floor(days)))
    return number_of(value, world.zone)


def date(world: World, values: list[Value]) -> Value:
    """Return a value as a moment: a number counts days since 1970, a text is an ISO date; a blank stays one."""
    (value,) = values
    if isinstance(value, bool):
        return ""
    if isinstance(value, dates.Moment):
        return value
    if isinstance(value, float):
        return dates.moment_of_days(value, world.zone)
    text = text_of(value)
    return dates.moment_of_text(text, world.zone) if text else ""


def format_date(world: World, values: list[Value]) -> str:
    """Return a date in a pattern; what is no date is blank."""
    return dates.format_stamp(text_of(values[0]), text_of(values[1]), world.zone, with_time=False)


def format_date_time(world: World, values: list[Value]) -> str:
    """Return a date and time in a pattern; what is none is blank."""
    return dates.format_stamp(text_of(values[0]), text_of(values[1]), world.zone, with_time=True)


def decimal_date_time(world: World, values: list[Value]) -> float:
    """Return the days since 1970 of a date or of a date and time."""
    (value,) = values
    if isinstance(value, float):
        return float(value)
    days = dates.days_of(text_of(value), world.zone)
    return math.nan if days is None else days


def decimal_time(world: World, values: list[Value]) -> float:
    """Return the part of the day that a time of day is: 12:00 is 0.5."""
    return dates.decimal_time(text_of(values[0]), world.zone)
