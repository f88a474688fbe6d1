"""The layer of shapes: whole, keyed by code, from a named source, and never coloured where nothing is agreed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pop.evidence.maps.http.assets import layer
from pop.evidence.maps.rules.drawing import Drawn, GeometryError, Layer, draw, read_layer, step_of
from pop.places.countries import codes

FILE = Path(__file__).resolve().parents[3] / "pop" / "evidence" / "maps" / "geometry" / "world.json"
NOT_AGREED = {"EH", "FK", "TW", "XK"}


@pytest.fixture(scope="module")
def world() -> Layer:
    return layer()


def test_every_country_and_area_has_a_place_on_the_map_once(world: Layer) -> None:
    found = [area.code for area in world.areas]
    assert len(found) == len(set(found))
    assert set(found) == codes()
    for area in world.areas:
        longitude, latitude = area.place
        assert -180 <= longitude <= 180
        assert -90 <= latitude <= 90
        assert 0 <= area.x <= world.width


def test_the_layer_says_where_it_comes_from(world: Layer) -> None:
    assert world.licence == "public domain"
    assert world.version == "2.0.2"
    assert re.fullmatch(r"[0-9a-f]{64}", world.sha256)
    assert world.source.startswith("https://www.npmjs.com/package/world-atlas")


def test_what_is_not_agreed_is_hatched_whatever_the_data_say(world: Layer) -> None:
    drawn = draw(
        world, lambda code: Drawn("number", 99, f"{code}: 99", "/map/records"), label="World", not_agreed="Not agreed"
    )
    assert {area.code for area in world.areas if area.not_agreed} == NOT_AGREED
    for code in NOT_AGREED:
        shape = re.search(rf"<title>{code}: 99 Not agreed</title><(?:path|circle) class=\"(\w+)\"", drawn)
        assert shape
        assert shape[1] == "h"
    assert drawn.count('class="h"') == len(NOT_AGREED) + len(world.not_agreed)
    assert len(world.not_agreed) >= 8


def test_a_small_state_is_a_dot_and_a_large_one_carries_its_number(world: Layer) -> None:
    drawn = draw(world, lambda code: Drawn("number", 7, f"{code}: 7", ""), label="World", not_agreed="Not agreed")
    for code in ("MT", "SG", "TV", "PS"):
        assert re.search(rf"<title>{code}: 7</title><circle", drawn)
    assert re.search(r"<title>BR: 7</title><path", drawn)
    numbers = drawn.partition('<g class="numbers"')[2]
    assert numbers.count("<text") > 40


def test_shades_grow_with_the_number() -> None:
    assert [step_of(count) for count in (1, 2, 4, 5, 9, 10, 49, 50, 20_000)] == [1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_what_is_said_of_an_area_cannot_leave_its_place(world: Layer) -> None:
    drawn = draw(
        world, lambda code: Drawn("no_answer", 0, '</title><script>"', '"><script>'), label='"', not_agreed="<b>"
    )
    assert "<script>" not in drawn
    assert "<b>" not in drawn


@pytest.mark.parametrize(
    "change",
    [
        {"areas": None},
        {"sha256": None},
        {"areas": [{"code": "KE", "d": 'm1 1"/><script>', "x": 1, "y": 1, "at": [1, 1]}]},
        {"not_agreed": ["url(https://elsewhere.example)"]},
        {"width": "wide"},
    ],
)
def test_a_layer_that_cannot_be_drawn_is_refused(change: dict[str, object]) -> None:
    found = {**json.loads(FILE.read_text(encoding="utf-8")), **change}
    found = {name: value for name, value in found.items() if value is not None}
    with pytest.raises(GeometryError):
        read_layer(found)


def test_another_authoritys_layer_takes_the_place_of_ours(settings, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    theirs = json.loads(FILE.read_text(encoding="utf-8")) | {"name": "Another authority", "areas": [], "not_agreed": []}
    path = tmp_path / "layer.json"
    path.write_text(json.dumps(theirs), encoding="utf-8")
    settings.MAP_GEOMETRY = str(path)
    layer.cache_clear()
    assert layer().name == "Another authority"
    layer.cache_clear()
