"""What children answered to the two questions at the end, as counts of a week with small numbers hidden."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pop.helpline.cases.rules.hiding import LEAST, hide_one
from pop.helpline.conversations.models import Answers
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError

NO, A_LITTLE, YES = 1, 2, 3


@dataclass(frozen=True)
class Endings:
    """Counts by answer ("1" no, "2" a little, "3" yes); None for a question that fewer than five answered."""

    helped: Mapping[str, int | None] | None
    listened: Mapping[str, int | None] | None


def answers_of_week(*, line: UUID, monday: date, staff: UUID) -> Endings:
    """Return a week's answers to a supervisor of the line. Raises RefusedError("unknown") for anybody else."""
    if not lines.supervises(staff, line):
        raise RefusedError("unknown")
    rows = list(Answers.objects.filter(line=line, week=monday).values_list("helped", "listened"))
    return Endings(_counted(helped for helped, _ in rows), _counted(listened for _, listened in rows))


def _counted(values: Iterable[int | None]) -> Mapping[str, int | None] | None:
    given = [each for each in values if each is not None]
    if len(given) < LEAST:
        return None
    counts = Counter({str(each): 0 for each in (NO, A_LITTLE, YES)})
    counts.update(str(each) for each in given)
    return hide_one(counts)
