"""The tables of surveys, one import line per capability."""

from pop.surveys.collecting.models import *  # noqa: F403
from pop.surveys.importing.models import *  # noqa: F403
from pop.surveys.inviting.models import *  # noqa: F403
