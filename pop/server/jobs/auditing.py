"""`pop audit verify`: whether the audit is whole."""

from __future__ import annotations

import argparse
import sys

from pop.audit.queries import KINDS, Verdict, verify
from pop.server.jobs.preparing import make_ready


def verify_(arguments: argparse.Namespace) -> int:
    """Print the progress and the verdict; 1 where something was found."""
    for line in make_ready():
        print(line, file=sys.stderr)
    return tell(verify(tell=lambda line: print(line, flush=True), restored=arguments.restored))


def tell(verdict: Verdict) -> int:
    """Print a verdict, findings on the error output, and return the exit code that it means."""
    for found in verdict.findings:
        chain = f" chain {found.chain}" if found.chain else ""
        detail = f" ({found.detail})" if found.detail else ""
        print(f"{found.kind}{chain} number {found.number}{detail}", file=sys.stderr)
    if verdict.ok:
        print(
            f"The audit is whole: {verdict.rows} rows in {verdict.chains} chains, {verdict.links} links, "
            f"{verdict.anchors} anchors."
        )
        return 0
    print("The audit is NOT whole:", file=sys.stderr)
    for kind, count in verdict.counts.items():
        print(f"  {count} × {kind}: {KINDS[kind]}", file=sys.stderr)
    return 1
