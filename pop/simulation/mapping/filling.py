"""Filling an instrument in as a browser or a telephone would: what comes out is what is sent."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Final

from pop.simulation.mapping.inventing import Response
from pop.surveys.forms.answering import Answering
from pop.surveys.forms.definition import Form

# A form may ask for the time; the same seed gives the same bytes, so this one stands still.
MOMENT: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)


class UnfitError(ValueError):
    """An invented response that its form does not take: a mistake of ours. It names questions, never answers."""


def filled(form: Form, response: Response) -> bytes:
    """Return a response as the submission of its form, UTF-8. Raises UnfitError where the form faults it."""
    answering = Answering.begin(form, now=MOMENT, chance=random.Random(response.instance_id), language="en")
    paths = {path.rpartition("/")[2]: path for path in answering.paths()}
    answering.set_all({paths[name]: value for name, value in response.answers.items() if name in paths})
    # The form puts the channels in an order of its own.
    by_channel = {row["channel_id"]: row for row in response.channels}
    rows: dict[str, str] = {}
    for path in answering.paths():
        repeat, _, rest = path.partition("]/")
        if repeat.startswith("/data/channel["):
            row = by_channel[answering.seen(f"{repeat}]/channel_id")]
            name = rest.rpartition("/")[2]
            if name in row and name != "channel_id":
                rows[path] = row[name]
    answering.set_all(rows)
    faults = answering.faults()
    if faults:
        said = ", ".join(f"{fault.path} ({fault.code})" for fault in faults)
        raise UnfitError(f"{response.instrument} {response.number}: {said}")
    return answering.submission_xml(instance_id=response.instance_id)
