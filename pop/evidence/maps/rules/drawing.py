"""The map as SVG: shapes from a replaceable layer, one class per state, and never a colour alone.

A number is a shade and, where there is room, the number itself; what is not a number is a pattern. What is disputed or
undetermined is hatched whatever the data say. The drawing has no style of its own: the classes are those of map.css.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

STEPS = (1, 2, 5, 10, 50)
# In square units of the map: an area at least so large carries its number in itself.
ROOM_FOR_A_NUMBER = 1500
ROOM_FOR_TWO = 3200
RADIUS = 7
# The sign of what is not checked for children: a diamond, under a number and beside a dot.
MARK = "l7 7-7 7-7-7z"


class GeometryError(ValueError):
    """A layer that cannot be drawn; the argument says what is wrong with it."""


@dataclass(frozen=True)
class Area:
    """One area of the layer: a path, or "" for a dot at (x, y), in units of the map; `size` is in square units.

    `place` is its middle as (longitude, latitude) in degrees.
    """

    code: str
    path: str
    x: int
    y: int
    size: int
    place: tuple[float, float]
    not_agreed: bool


@dataclass(frozen=True)
class Layer:
    """A geometry with where it comes from; `sha256` is that of the file it was made of."""

    name: str
    licence: str
    source: str
    version: str
    sha256: str
    width: int
    height: int
    areas: tuple[Area, ...]
    not_agreed: tuple[str, ...]


@dataclass(frozen=True)
class Drawn:
    """What is drawn of one area: its state, its number, what is said of it, and where it leads ("": nowhere)."""

    state: str
    count: int
    said: str
    address: str
    marked: bool = False  # some of its records are not checked for children


def read_layer(found: Mapping[str, Any]) -> Layer:
    """Return a layer from its JSON. Raises GeometryError."""
    try:
        areas = tuple(
            Area(
                code=str(each["code"]),
                path=_path(str(each.get("d", ""))),
                x=int(each["x"]),
                y=int(each["y"]),
                size=int(each.get("size", 0)),
                place=(float(each["at"][0]), float(each["at"][1])),
                not_agreed=bool(each.get("not_agreed", False)),
            )
            for each in found["areas"]
        )
        return Layer(
            name=str(found["name"]),
            licence=str(found["licence"]),
            source=str(found["source"]),
            version=str(found["version"]),
            sha256=str(found["sha256"]),
            width=int(found["width"]),
            height=int(found["height"]),
            areas=areas,
            not_agreed=tuple(_path(str(path)) for path in found["not_agreed"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise GeometryError(f"the layer lacks {error}" if isinstance(error, KeyError) else str(error)) from error


def _path(text: str) -> str:
    if set(text) - set("mz -0123456789"):
        raise GeometryError("a path holds more than relative lines in whole units")
    return text


def step_of(count: int) -> int:
    """Return the shade of a number, 1 (lightest) to 5.

    >>> [step_of(count) for count in (1, 2, 4, 5, 9, 10, 49, 50, 20_000)]
    [1, 2, 2, 3, 3, 4, 4, 5, 5]
    """
    return sum(count >= least for least in STEPS)


PATTERNS = (
    '<pattern id="p-h" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path class="pg" d="M0 0h9v9H0z"/><path class="pl" d="M0 0v9"/></pattern>'
    '<pattern id="p-s" width="12" height="12" patternUnits="userSpaceOnUse">'
    '<path class="pg" d="M0 0h12v12H0z"/><path class="px" d="M3 3l6 6M9 3l-6 6"/></pattern>'
    '<pattern id="p-n" width="10" height="10" patternUnits="userSpaceOnUse">'
    '<path class="pg" d="M0 0h10v10H0z"/><circle class="pd" cx="5" cy="5" r="1.5"/></pattern>'
)
_CLASSES = {"suppressed": "s", "none_known": "n", "no_answer": "e", "outside": "o"}


def class_of(state: str, count: int) -> str:
    """Return the class of an area: c1-c5 for numbers, s, n, e, o for what is none, as in the style sheet."""
    return f"c{step_of(count)}" if state == "number" else _CLASSES[state]


def draw(layer: Layer, area_of: Callable[[str], Drawn], *, label: str, not_agreed: str) -> str:
    """Return the whole drawing, `label` being its name for those who cannot see it.

    `area_of` says what is drawn of each area. An area that is not agreed on is hatched, said as `not_agreed`, and leads
    to its data like any other.
    """
    shapes: list[str] = []
    dots: list[str] = []
    numbers: list[str] = []
    for area in layer.areas:
        drawn = area_of(area.code)
        kind = "h" if area.not_agreed else class_of(drawn.state, drawn.count)
        said = f"{drawn.said} {not_agreed}" if area.not_agreed else drawn.said
        shape = (
            f'<path class="{kind}" d="{area.path}"/>'
            if area.path
            else f'<circle class="{kind}" cx="{area.x}" cy="{area.y}" r="{RADIUS}"/>'
        )
        whole = _leading(shape, said, drawn.address)
        (shapes if area.path else dots).append(whole)
        room = ROOM_FOR_A_NUMBER if drawn.count < 10 else ROOM_FOR_TWO
        if drawn.state == "number" and not area.not_agreed and area.size >= room:
            numbers.append(f'<text class="t{step_of(drawn.count)}" x="{area.x}" y="{area.y + 8}">{drawn.count}</text>')
        if drawn.marked and not area.not_agreed:
            x, y = (area.x, area.y + 12) if area.path else (area.x + 2 * RADIUS, area.y - RADIUS)
            numbers.append(f'<path class="u" d="M{x} {y}{MARK}"/>')
    hatched = "".join(f'<path class="h" d="{path}"/>' for path in layer.not_agreed)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="map" viewBox="0 0 {layer.width} {layer.height}" role="group" '
        f'aria-label="{escape(label)}"><defs>{PATTERNS}</defs><g id="world">{"".join(shapes)}'
        f"<g><title>{escape(not_agreed)}</title>{hatched}</g>{''.join(dots)}"
        f'<g class="numbers" aria-hidden="true">{"".join(numbers)}</g></g></svg>'
    )


def _leading(shape: str, said: str, address: str) -> str:
    title = f"<title>{escape(said)}</title>"
    if not address:
        return f"<g>{title}{shape}</g>"
    return f'<a href="{escape(address)}">{title}{shape}</a>'
