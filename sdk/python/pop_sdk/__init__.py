"""Find help for a child from a signed snapshot of real services: no network, no dependency, nothing remembered.

engine = compile_snapshot(load(data, signature, keys=[key], now=now))
body = engine.match(from_query(b"country=KE&topic=bullying", vocabulary=engine.vocabulary, now=now), now=now)
"""

from pop_sdk.engine import Engine, compile_snapshot, emergency_only
from pop_sdk.need import Need, NeedError, from_json, from_query
from pop_sdk.reading import SnapshotError
from pop_sdk.snapshot import Snapshot, encode, load
from pop_sdk.vocabulary import Vocabulary

__all__ = [
    "Engine",
    "Need",
    "NeedError",
    "Snapshot",
    "SnapshotError",
    "Vocabulary",
    "compile_snapshot",
    "emergency_only",
    "encode",
    "from_json",
    "from_query",
    "load",
]
