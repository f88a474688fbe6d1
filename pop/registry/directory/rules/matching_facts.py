"""Which facts are about which row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from pop.registry.directory.rules.facts import Fact, source_key
from pop.registry.directory.rules.rows import ServiceRow

# What keeps a service from children. It holds for a body wherever its record is filed: a copy of the record under
# another country is the same people.
_RESTRICTING = frozenset({"audience", "kind"})


class FactsBook:
    """Facts by the service they are about."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self._by_key: dict[str, list[Fact]] = defaultdict(list)
        self._by_name: dict[str, list[Fact]] = defaultdict(list)
        self._used: set[str] = set()
        for fact in facts:
            self._by_key[source_key(fact.country, fact.name)].append(fact)
            if fact.field in _RESTRICTING and not fact.contact:
                self._by_name[fact.name.casefold()].append(fact)

    def about(self, row: ServiceRow) -> list[Fact]:
        """Return the facts about a row: its own, or those that restrict a body of the same name elsewhere."""
        if row.key in self._by_key:
            self._used.add(row.key)
            return self._by_key[row.key]
        return [replace(fact, country=row.country) for fact in self._by_name.get(row.name.casefold(), ())]

    def unused(self) -> list[Fact]:
        """Return one fact of every service that no row was about, in the order of the table."""
        return [facts[0] for key, facts in self._by_key.items() if key not in self._used]
