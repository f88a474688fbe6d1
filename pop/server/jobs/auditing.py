"""`pop audit verify`: whether the audit is whole."""

from __future__ import annotations

import argparse
import sys

from django.conf import settings

from pop.audit.queries import KINDS, Verdict, verify
from pop.server.jobs.preparing import make_ready


def verify_(arguments: argparse.Namespace) -> int:
    """Print the progress and the verdict for each of the service's databases; 1 where something was found."""
    for line in make_ready():
        print(line, file=sys.stderr)
    return max([verify_one(using, restored=arguments.restored) for using in settings.DATABASES])


def verify_one(using: str, *, restored: bool) -> int:
    """Verify the audit of one database, print the verdict, and return the exit code that it means."""
    if len(settings.DATABASES) > 1:
        print(f"Database {using}:", flush=True)
    return _tell(verify(using=using, tell=lambda line: print(line, flush=True), restored=restored))


def _tell(verdict: Verdict) -> int:
    """Print a verdict, findings on the error output."""
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
