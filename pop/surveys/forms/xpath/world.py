"""What an expression may see besides its own node: the lists, the time and the chance that were passed in."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from pop.surveys.forms.xpath.nodes import Node
from pop.surveys.forms.xpath.values import Value


@dataclass
class World:
    """The surroundings of one answering.

    `document` is the node above the root of the answers; `lists` are the secondary instances by id; `now` carries its
    zone; `chance` is the only randomness; `choice_name(value, path, node)` and `itext(id)` answer in the language of
    the person who answers; `current` is the node that an expression was started from.
    """

    document: Node
    lists: Mapping[str, Node]
    now: datetime
    chance: random.Random
    choice_name: Callable[[str, str, Node], str]
    itext: Callable[[str], str]
    current: Node

    @property
    def zone(self) -> tzinfo:
        """The time zone that dates are read in."""
        zone = self.now.tzinfo
        if zone is None:
            raise ValueError("the time has no zone")
        return zone


# An expression at a node, with its 1-based position and the size of the list that it is in.
Evaluate = Callable[[World, Node, int, int], Value]
