"""What Django finds of the helpline's tables; each capability keeps its own."""

from __future__ import annotations

from pop.helpline.cases.models import *  # noqa: F403
from pop.helpline.conversations.models import *  # noqa: F403
from pop.helpline.lines.models import *  # noqa: F403
from pop.helpline.queue.models import *  # noqa: F403
from pop.helpline.referrals.models import *  # noqa: F403
