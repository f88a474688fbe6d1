"""The registry's tables, one import line per capability."""

from pop.registry.directory.models import *  # noqa: F403
from pop.registry.mapping.models import *  # noqa: F403
