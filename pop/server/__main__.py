"""`python -m pop.server` is the `pop` command."""

import sys

from pop.server.commands import main

sys.exit(main())
