"""Make the map's own geometry from Natural Earth 1:50m, a data set in the public domain, as npm ships it.

python tools/map_geometry.py            fetches world-atlas with npm and writes pop/evidence/maps/geometry/world.json
python tools/map_geometry.py FILE       reads a countries-50m.json that is there already

Shapes are projected to Equal Earth, simplified along the lines that neighbours share (so that they still meet), rounded
to whole units, and written as relative SVG paths keyed by ISO 3166-1 alpha-2 code. What is too small to be seen or
tapped becomes a dot. What is disputed or undetermined is kept apart, to be hatched and never coloured.
"""

from __future__ import annotations

import hashlib
import json
import math
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from babel.core import get_global

PACKAGE, VERSION = "world-atlas", "2.0.2"
MEMBER = "package/countries-50m.json"
TARGET = Path(__file__).resolve().parents[1] / "pop" / "evidence" / "maps" / "geometry" / "world.json"
WIDTH = 2000
# In units of the map: a line may leave the true one by so much, a smaller ring is left out, a smaller area is a dot.
TOLERANCE, LEAST_RING, LEAST_AREA = 0.9, 6.0, 30.0
SOUTH = -57.0  # what lies further south is drawn too, below the part that is first seen

# Shapes that the source files under another area and that have a code of their own, by a point inside each ring.
OWN_CODE = {"GF": ("FR", [(-53.0, 4.0)]), "SJ": ("NO", [(16.0, 78.5), (22.5, 79.7), (23.0, 77.8)])}
# Shapes that the source gives to one side, and areas it names, whose status or borders are not agreed.
NOT_AGREED_RINGS = {"RU": [(34.3, 45.3)]}
# The source draws a line of its own through Western Sahara; its northern border is this parallel.
NOT_AGREED_SOUTH_OF = {"MA": 27.667}
NOT_AGREED_NAMES = {"N. Cyprus", "Somaliland", "Siachen Glacier"}
# Reefs and islands that the source names apart and files under the code of a larger area.
PARTS = {"Ashmore and Cartier Is.", "Indian Ocean Ter."}
NOT_AGREED_CODES = {"XK", "EH", "FK", "TW"}
# Outlines inside land, rough on purpose: they say where, not where exactly.
NOT_AGREED_OUTLINES: Sequence[Sequence[tuple[float, float]]] = (
    (
        *((73.9, 32.6), (75.4, 32.3), (76.7, 33.2), (78.4, 32.5), (79.4, 32.6), (80.3, 35.3), (78.2, 35.6)),
        *((76.2, 35.9), (74.6, 37.0), (72.6, 36.3), (73.6, 34.9)),
    ),
    ((92.1, 27.3), (93.8, 28.6), (96.3, 29.3), (97.2, 28.2), (95.6, 27.9), (93.4, 26.9), (92.1, 26.9)),
    ((33.2, 22.0), (36.6, 22.0), (35.6, 23.1)),
    ((27.9, 9.5), (29.0, 9.5), (29.0, 10.3), (27.9, 10.3)),
    ((35.6, 32.7), (35.95, 32.75), (35.95, 33.35), (35.7, 33.3)),
)
# Areas that the source has no shape of its own for.
DOTS = {
    "BQ": (-68.3, 12.2), "BV": (3.4, -54.4), "CC": (96.8, -12.2), "CX": (105.6, -10.5), "GI": (-5.35, 36.14),
    "GP": (-61.5, 16.2), "MQ": (-61.0, 14.7), "RE": (55.5, -21.1), "YT": (45.2, -12.8), "TK": (-171.8, -9.2),
    "TV": (179.2, -8.5), "UM": (-162.0, 0.5), "IO": (71.9, -6.3), "HM": (73.5, -53.1), "TF": (69.5, -49.3),
    "GS": (-36.6, -54.4), "PN": (-128.3, -24.4), "NU": (-169.9, -19.1), "NF": (168.0, -29.0), "WF": (-177.2, -13.8),
    "SH": (-5.7, -15.96), "VA": (12.45, 41.9), "MC": (7.42, 43.73), "SM": (12.45, 43.94), "LI": (9.55, 47.15),
}  # fmt: skip

Point = tuple[float, float]
Ring = list[Point]


class Shape(NamedTuple):
    """One area of the source: its code ("" where it has none), its name, and its rings on the map."""

    code: str
    name: str
    rings: list[Ring]


def project(longitude: float, latitude: float) -> Point:
    """Return a place on the Equal Earth projection (Savric, Patterson and Jenny, 2018), in radians."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    t = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(latitude)))
    below = 3 * (9 * a4 * t**8 + 7 * a3 * t**6 + 3 * a2 * t**2 + a1)
    return (
        2 * math.sqrt(3) * math.radians(longitude) * math.cos(t) / below,
        a4 * t**9 + a3 * t**7 + a2 * t**3 + a1 * t,
    )


EAST = project(180, 0)[0]
NORTH = project(0, 84)[1]
SCALE = WIDTH / (2 * EAST)


def on_map(longitude: float, latitude: float) -> Point:
    """Return a place in units of the map, with the north on top."""
    x, y = project(longitude, latitude)
    return (x + EAST) * SCALE, (NORTH - y) * SCALE


def place_of(x: float, y: float) -> list[float]:
    """Return the place under a point of the map, to a tenth of a degree: by halving, as the way back has no formula."""
    low, high = -90.0, 90.0
    for _ in range(40):
        half = (low + high) / 2
        low, high = (half, high) if on_map(0, half)[1] > y else (low, half)
    east = on_map(90, low)[0] - on_map(0, low)[0]
    return [round((x - on_map(0, low)[0]) / east * 90, 1), round(low, 1)]


def simplified(places: Ring) -> Ring:
    """Return a line of places without those that it can spare on the map (Douglas and Peucker); its ends stay."""
    line = [on_map(*place) for place in places]
    if len(line) < 3:
        return places
    keep = {0, len(line) - 1}
    open_parts = [(0, len(line) - 1)]
    while open_parts:
        first, last = open_parts.pop()
        far, at = 0.0, 0
        for place in range(first + 1, last):
            distance = _distance(line[place], line[first], line[last])
            if distance > far:
                far, at = distance, place
        if far > TOLERANCE:
            keep.add(at)
            open_parts += [(first, at), (at, last)]
    return [places[place] for place in sorted(keep)]


def _distance(point: Point, start: Point, end: Point) -> float:
    (px, py), (sx, sy), (ex, ey) = point, start, end
    length = math.hypot(ex - sx, ey - sy)
    if length == 0:
        return math.hypot(px - sx, py - sy)
    along = max(0.0, min(1.0, ((px - sx) * (ex - sx) + (py - sy) * (ey - sy)) / length**2))
    return math.hypot(px - sx - along * (ex - sx), py - sy - along * (ey - sy))


def area(ring: Ring) -> float:
    """Return the area inside a ring, in square units."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


def middle(ring: Ring) -> Point:
    """Return the centre of gravity of a ring."""
    doubled = x = y = 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        doubled, x, y = doubled + cross, x + (x1 + x2) * cross, y + (y1 + y2) * cross
    return (x / (3 * doubled), y / (3 * doubled)) if doubled else ring[0]


def holds(ring: Ring, point: Point) -> bool:
    """Say whether a point lies inside a ring."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def across(ring: Ring, line: float, side: int) -> Ring:
    """Return the part of a ring on the map that is south (1) or north (-1) of a horizontal line."""
    return [(x, y) for y, x in clipped([(y, x) for x, y in ring], line, side)]


def shapes(atlas: dict[str, Any]) -> list[Shape]:
    """Return the areas of the source as rings on the map, their shared lines simplified once."""
    (sx, sy), (tx, ty) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    lines: list[Ring] = []
    for arc in atlas["arcs"]:
        x = y = 0
        line: Ring = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * sx + tx, y * sy + ty))
        lines.append(simplified(line))

    def ring(numbers: Iterable[int]) -> Ring:
        points: Ring = []
        for number in numbers:
            line = lines[number] if number >= 0 else lines[~number][::-1]
            points += line if not points else line[1:]
        return points[:-1]

    alpha2 = {numeric: codes[0] for numeric, codes in get_global("territory_aliases").items() if numeric.isdigit()}
    found = []
    for each in atlas["objects"]["countries"]["geometries"]:
        parts = each.get("arcs", [])
        if each["type"] == "Polygon":
            parts = [parts]
        name = each["properties"]["name"]
        code = "XK" if name == "Kosovo" else alpha2.get(str(each.get("id", "")), "")
        rings = [whole for part in parts for numbers in part for whole in at_the_edge(ring(numbers))]
        found.append(Shape(code, name, [[on_map(*place) for place in whole] for whole in rings if whole]))
    return found


def at_the_edge(ring: Ring) -> list[Ring]:
    """Return a ring of places cut where the map ends: the source's shapes run on across the 180th meridian."""
    turned: Ring = [ring[0]]
    for longitude, latitude in ring[1:]:
        turn = round((turned[-1][0] - longitude) / 360)
        turned.append((longitude + 360 * turn, latitude))
    if abs(turned[-1][0] - turned[0][0]) > 300:  # round a pole
        turned += [(turned[-1][0], -90.0), (turned[0][0], -90.0)]
    found = []
    for shift in (-360, 0, 360):
        moved = [(longitude + shift, latitude) for longitude, latitude in turned]
        if any(-180 < longitude < 180 for longitude, _ in moved):
            found.append(clipped(clipped(moved, -180.0, 1), 180.0, -1))
    return found


def clipped(ring: Ring, edge: float, side: int) -> Ring:
    """Return the part of a ring on one side of a meridian: east of it for `side` 1, west for -1."""
    found: Ring = []
    for (x1, y1), (x2, y2) in zip([ring[-1], *ring[:-1]], ring, strict=True) if ring else ():
        inside1, inside2 = (x1 - edge) * side >= 0, (x2 - edge) * side >= 0
        if inside1 != inside2:
            found.append((edge, y1 + (y2 - y1) * (edge - x1) / (x2 - x1)))
        if inside2:
            found.append((x2, y2))
    return found


def path(rings: Iterable[Ring]) -> str:
    """Return rings as one SVG path in whole units, relative from point to point."""
    parts = []
    at = (0, 0)
    for ring in rings:
        whole = [(round(x), round(y)) for x, y in ring]
        points = [point for place, point in enumerate(whole) if place == 0 or point != whole[place - 1]]
        if len(points) < 3:
            continue
        numbers: list[int] = []
        for x, y in points:
            numbers += [x - at[0], y - at[1]]
            at = (x, y)
        text = ""
        for number in numbers:
            text += str(number) if not text or number < 0 else f" {number}"
        parts.append(f"m{text}z")
        at = points[0]  # a closed path goes on from where it began
    return "".join(parts)


def split(found: list[Shape]) -> tuple[list[Shape], list[list[Ring]]]:
    """Return the areas with a code, what belongs to another code set apart, and the rings that are not agreed."""
    areas: list[Shape] = []
    apart: list[list[Ring]] = []
    for shape in found:
        if shape.name in NOT_AGREED_NAMES:
            apart.append(shape.rings)
            continue
        rings = list(shape.rings)
        for point in NOT_AGREED_RINGS.get(shape.code, ()):
            taken = [ring for ring in rings if holds(ring, on_map(*point))]
            apart.append(taken)
            rings = [ring for ring in rings if ring not in taken]
        if shape.code in NOT_AGREED_SOUTH_OF:
            line = on_map(0, NOT_AGREED_SOUTH_OF[shape.code])[1]
            apart.append([south for ring in rings if (south := across(ring, line, 1))])
            rings = [north for ring in rings if (north := across(ring, line, -1))]
        for code, (owner, points) in OWN_CODE.items():
            if owner == shape.code:
                taken = [ring for ring in rings if any(holds(ring, on_map(*point)) for point in points)]
                areas.append(Shape(code, "", taken))
                rings = [ring for ring in rings if ring not in taken]
        largest = max(rings, key=area, default=None)
        for code, place in DOTS.items():  # what has a dot of its own is not drawn as part of another area
            if code != shape.code:
                rings = [ring for ring in rings if ring is largest or not holds(ring, on_map(*place))]
        if shape.code and rings and shape.name not in PARTS:
            areas.append(Shape(shape.code, shape.name, rings))
    return areas, apart


def drawn(shape: Shape) -> dict[str, Any]:
    """Return one area as it is written: a path and where its number stands, or only a place for a dot."""
    largest = max(shape.rings, key=area)
    x, y = middle(largest)
    entry: dict[str, Any] = {"code": shape.code}
    if shape.code in NOT_AGREED_CODES:
        entry["not_agreed"] = True
    rings = [ring for ring in shape.rings if area(ring) >= LEAST_RING or ring is largest]
    entry["at"] = place_of(x, y)
    text = path(rings) if area(largest) >= LEAST_AREA else ""
    if text:
        entry |= {"d": text, "x": round(x), "y": round(y), "size": round(area(largest))}
    else:
        entry |= {"x": round(x), "y": round(y), "dot": True}
    return entry


def build(data: bytes) -> dict[str, Any]:
    """Return the geometry as it is written."""
    areas, apart = split(shapes(json.loads(data)))
    written = [drawn(shape) for shape in areas]
    for code in sorted(set(DOTS) - {entry["code"] for entry in written}):
        x, y = on_map(*DOTS[code])
        written.append({"code": code, "at": [*DOTS[code]], "x": round(x), "y": round(y), "dot": True})
    outlines = [[[on_map(*point) for point in outline]] for outline in NOT_AGREED_OUTLINES]
    return {
        "name": f"Natural Earth 1:50m, as {PACKAGE} {VERSION}",
        "licence": "public domain",
        "source": f"https://www.npmjs.com/package/{PACKAGE}/v/{VERSION}",
        "version": VERSION,
        "sha256": hashlib.sha256(data).hexdigest(),
        "projection": "Equal Earth",
        "width": WIDTH,
        "height": round(on_map(0, SOUTH)[1]),
        "areas": sorted(written, key=lambda entry: entry["code"]),
        "not_agreed": [text for text in (path(rings) for rings in (*apart, *outlines)) if text],
    }


def fetched() -> bytes:
    """Return the source's file from npm's registry."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"]
        packed = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()
        with tarfile.open(Path(folder) / packed) as package:
            member = package.extractfile(MEMBER)
            if member is None:
                raise SystemExit(f"{packed} holds no {MEMBER}")
            return member.read()


def main() -> int:
    data = Path(sys.argv[1]).read_bytes() if len(sys.argv) > 1 else fetched()
    made = build(data)
    lines = [json.dumps(entry, separators=(",", ":")) for entry in made["areas"]]
    head = {name: value for name, value in made.items() if name != "areas"}
    text = json.dumps(head, ensure_ascii=False, indent=1)[:-2]
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text + ',\n "areas": [\n  ' + ",\n  ".join(lines) + "\n ]\n}\n", encoding="utf-8")
    print(f"{TARGET.name}: {len(lines)} areas, {TARGET.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
