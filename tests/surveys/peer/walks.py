"""Random ways through a form, the same for the same seed: what a person could answer, and what they should not."""

from __future__ import annotations

import datetime as dt
import random
import re

from tests.surveys.peer.seen import Node, Seen, Step

QUOTED = re.compile(r"(?:'([^']{0,40})'|\"([^\"]{0,40})\")")
NUMBER = re.compile(r"(?<![\w.'/\[-])-?\d{1,9}(?:\.\d{1,6})?(?![\w.'])")
DATE = re.compile(r"\d{4}-\d\d-\d\d")
EXPRESSION = re.compile(r"\b(?:relevant|constraint|required|readonly|calculate|nodeset|value)=\"([^\"]*)\"")
WORDS = (
    *("Ada", "ada lovelace", "x", "123", "0", "-1.5", "+41 44 123 45 67", "116111", "ada@example.org", " two  spaces "),
    *("https://example.org/a?b=c", "مرحبا بكم", "儿童", "ñandú", "<b>&amp;</b>", "'quoted\"", "A1-b2"),
)
WHOLE = (-2, -1, 0, 1, 2, 3, 5, 7, 10, 12, 17, 18, 19, 24, 99, 100, 101, 1000, 2147483647)
BROKEN = ("0.5", "-0.25", "1.005", "2.5", "3.14159", "0.1", "100.0", "0.0000001", "12345678.9")
# Without an offset: ODK's engine takes a time with one for no time in decimal-time().
TIMES = ("00:00:00.000", "08:30:00.000", "12:00:00.000", "23:59:59.000")
PICTURES = ("poster.png", "photo of a door.jpg", "IMG_0001.JPG", "صورة.png")
# What is not in the form of its kind: it must be blank to all that reads it.
GARBAGE = {
    "int": "twelve",
    "decimal": "1,5",
    "date": "2026-02-30",
    "time": "25:00",
    "dateTime": "soon",
    "geopoint": "north",
}
COUNTED = re.compile(r'\bjr:count="([^"]*)"')
BIND = re.compile(r'<bind nodeset="[^"]*/([^"/]+)"[^>]*? calculate="([^"]*)"')
NAME = re.compile(r"/\s*([\w.-]+)(?=[\s\"']|$)")
MOST_INSTANCES = 4


class Walk:
    """A way through one form; asks what is shown and says what to do next."""

    def __init__(self, xform: bytes, now: dt.datetime, seed: str) -> None:
        self._chance = random.Random(seed)
        self._now = now
        expressions = EXPRESSION.findall(xform.decode())
        found = " ".join(expressions).replace("&quot;", '"').replace("&lt;", "<").replace("&gt;", ">")
        quoted = [(one or two).replace("\n", " ") for one, two in QUOTED.findall(found)]
        numbers = [float(each) for each in NUMBER.findall(QUOTED.sub(" ", found))]
        self._words: list[str] = [*WORDS, *quoted]
        self._whole = [*WHOLE, *(int(each) + by for each in numbers if abs(each) < 1e6 for by in (-1, 0, 1))]
        counts = set(NAME.findall(" ".join(COUNTED.findall(xform.decode()))))
        self._counts = counts | {
            name for of, how in BIND.findall(xform.decode()) if of in counts for name in NAME.findall(how)
        }
        self._calculated = {name for name, _ in BIND.findall(xform.decode())}
        self._dates: list[str] = [each for word in quoted for each in DATE.findall(word)]

    def length(self) -> int:
        """Return how many steps to take."""
        return self._chance.randint(6, 30)

    def next(self, seen: Seen) -> Step | None:
        """Choose a step among what is shown; None when nothing can be done."""
        dice = self._chance.random()
        if dice < 0.05 and len(seen.languages) > 1:
            return Step("language", value=self._chance.choice(seen.languages))
        open_ones = [
            (ref, node)
            for ref, node in seen.nodes.items()
            if node.kind in {"input", "select", "rank", "range", "trigger", "upload"}
            and node.relevant
            and not node.readonly
        ]
        # Whoever opens a draft again has everything worked out anew, also what was overwritten by hand.
        if dice < 0.1 and not any(ref.rpartition("/")[2] in self._calculated for ref, _ in open_ones):
            return Step("reopen")
        repeats = [
            (ref, node)
            for ref, node in seen.nodes.items()
            if node.kind == "repeat-range:uncontrolled" and node.relevant and node.count is not None
        ]
        if dice < 0.3 and repeats:
            ref, node = self._chance.choice(repeats)
            count = node.count or 0
            if count and (count >= MOST_INSTANCES or self._chance.random() < 0.35):
                return Step("remove", ref.removesuffix("[]"), index=self._chance.randrange(count))
            return Step("add", ref.removesuffix("[]"))
        if not open_ones:
            return None
        # What was answered already is changed less often than what is still empty is filled.
        weights = [1 if node.value else 3 for _, node in open_ones]
        ref, node = self._chance.choices(open_ones, weights)[0]
        if node.type == "int" and ref.rpartition("/")[2] in self._counts:
            return Step("set", ref, str(self._chance.randint(0, MOST_INSTANCES)))
        return Step("set", ref, self._value(node))

    def _value(self, node: Node) -> str:
        chance = self._chance
        if node.value and chance.random() < 0.1:
            return ""
        if node.type in GARBAGE and chance.random() < 0.05:
            return GARBAGE[node.type]
        if node.kind == "trigger":
            return "OK"
        if node.kind == "upload":
            return chance.choice(PICTURES)
        if node.kind == "range" and node.bounds is not None:
            start, end, by = node.bounds
            return f"{start + by * chance.randint(0, int((end - start) / by)):g}"
        if node.choices is not None:
            values = [value for value, _ in node.choices]
            if node.kind == "rank":
                return " ".join(chance.sample(values, len(values)))
            if not values:
                return ""
            if not node.many:
                return chance.choice(values)
            return " ".join(chance.sample(values, chance.randint(1, min(4, len(values)))))
        match node.type:
            case "int":
                return str(chance.choice(self._whole))
            case "decimal":
                return chance.choice((str(chance.choice(self._whole)), chance.choice(BROKEN)))
            case "date":
                return self._date()
            case "time":
                return chance.choice(TIMES)
            case "dateTime":
                return f"{self._date()}T{chance.choice(TIMES)}Z"
            case "geopoint":
                return f"{chance.randint(-90, 90)} {chance.randint(-180, 180)} 0 0"
            case _:
                return chance.choice(self._words)

    def _date(self) -> str:
        if self._dates and self._chance.random() < 0.3:
            return self._chance.choice(self._dates)
        days = self._chance.choice((-20_000, -6_575, -6_574, -366, -365, -31, -1, 0, 1, 30, 365))
        return (self._now.date() + dt.timedelta(days=days)).isoformat()
