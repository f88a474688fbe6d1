"""Making and replacing keys, and the pair that signs snapshots. What opens conversations is read by `keyring`.

| file | holds | read by |
|---|---|---|
| `signing.key`, `signing.pub`, `signing.previous.pub` | Ed25519 seed and public keys | seed: worker |
| `root.key` | K0: open leases | all doors |
| `pepper-1.key`, `pepper-2.key`… | P: look-up of children's codes, one edition each | all doors |
| `escrow-a.pub`, `-b`, `-c` | X25519 public keys of three people | all doors |

The private halves of escrow never lie here, except beside the marker `DEVELOPMENT`, which production refuses. Secrets
are never overwritten, but for the signing seed, by `rotate_signing`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from django.conf import settings
from nacl.signing import SigningKey

from pop.privacy.keyfiles import (
    ESCROW_PRIVATE,
    ESCROW_PUBLIC,
    MARKER,
    as_hex,
    fresh,
    prepare,
    read,
    read_secret,
    refuse_in_production,
    write,
    write_new,
)
from pop.privacy.keyfiles import KeysError as KeysError
from pop.privacy.sealing import Pair, SealError, new_pair, pair_from_private, seal_to

SEED: Final = "signing.key"
PUBLIC: Final = "signing.pub"
PREVIOUS: Final = "signing.previous.pub"
ROOT: Final = "root.key"
HOLDERS: Final = ("a", "b", "c")
"""The three of escrow, of whom any two open together."""
WARNING: Final = (
    "DEVELOPMENT KEYS. They were made by the first start on this machine and protect nobody.\n"
    "Before any child uses this service, run `pop keys init` with an empty key directory and set POP_PRODUCTION=1.\n"
)
_PEPPER = re.compile(r"pepper-([1-9][0-9]{0,5})\.key")


def ensure_development_keys(directory: Path) -> bool:
    """Make keys marked as for development where there are none yet; complete a half-made or older directory.

    Returns whether it made any secret. Raises KeysError in production. Real keys (without the marker) get nothing
    beside them but the public half that their own seed gives.
    """
    if settings.PRODUCTION:
        raise KeysError("production makes no development keys: run `pop keys init`")
    prepare(directory)
    made = False
    if not (directory / SEED).exists():
        # The marker comes first: a crash after it leaves no key that could pass for a real one.
        write(directory / MARKER, WARNING.encode(), mode=0o600)
        made = write_new(directory / SEED, as_hex(SigningKey.generate().encode()))
    _complete(directory)
    if (directory / MARKER).exists():
        made |= _complete_development(directory)
    return made


def init_keys(directory: Path, escrow: Sequence[Path]) -> None:
    """Make the keys of a production service; ``escrow`` are the public key files of three people.

    A directory that holds nothing but the signing pair of an earlier version keeps it and gets the rest. Raises
    KeysError for other than three distinct public keys, and where any key is already there.
    """
    publics = _three(escrow)
    prepare(directory)
    names = [SEED, PUBLIC, PREVIOUS, MARKER, ROOT]
    names += [name for each in HOLDERS for name in (_escrow_public(each), _escrow_private(each))]
    there = [name for name in names if (directory / name).exists()]
    there += [path.name for path in pepper_files(directory).values()]
    if there and not ({SEED, PUBLIC} <= set(there) <= {SEED, PUBLIC, PREVIOUS}):
        raise KeysError(
            f"{directory} already holds {', '.join(there)}: keys are never overwritten, choose an empty directory"
        )
    if not there:
        write_new(directory / SEED, as_hex(SigningKey.generate().encode()))
        _complete(directory)
    for each, public in zip(HOLDERS, publics, strict=True):
        write_new(directory / _escrow_public(each), as_hex(public, ESCROW_PUBLIC), mode=0o644)
    write_new(directory / _pepper(1), fresh())
    write_new(directory / ROOT, fresh())


def make_escrow(file: Path) -> Path:
    """Make the escrow pair of one person, on a machine of their own; returns the public file, for `pop keys init`.

    The private key is ``file``, mode 0600, and leaves that machine never. Raises KeysError where either is there.
    """
    public = file.with_name(f"{file.name}.pub")
    if public.exists() or file.exists():
        raise KeysError(f"{file} or {public.name} is already there: keys are never overwritten")
    pair = new_pair()
    try:
        stands = write_new(file, as_hex(pair.private, ESCROW_PRIVATE))
    except OSError as error:
        raise KeysError(f"{file} cannot be written: {error.strerror}") from None
    if not stands:
        raise KeysError(f"{file} is already there: keys are never overwritten")
    write(public, as_hex(pair.public, ESCROW_PUBLIC), mode=0o644)
    return public


def escrow_pair(file: Path) -> Pair:
    """Return the pair of a person's escrow file. Raises KeysError where it holds no private escrow key."""
    return pair_from_private(read_secret(file, ESCROW_PRIVATE))


def add_pepper(directory: Path) -> int:
    """Make a new edition of the pepper and return its number; the old ones stay live. Raises KeysError without one."""
    refuse_in_production(directory)
    there = pepper_files(directory)
    if not there:
        raise KeysError(f"{directory} holds no pepper yet: run `pop keys init`")
    edition = max(there) + 1
    if not write_new(directory / _pepper(edition), fresh()):
        raise KeysError(f"{_pepper(edition)} was made by another process at this moment: nothing was done")
    return edition


def pepper_files(directory: Path) -> dict[int, Path]:
    """Return the files of the peppers by edition, the oldest first."""
    found = ((_PEPPER.fullmatch(path.name), path) for path in directory.glob("pepper-*.key"))
    return dict(sorted((int(match[1]), path) for match, path in found if match))


def root_key(directory: Path) -> bytes:
    """Return K0. Raises KeysError where it is missing, malformed, or not fit for production."""
    refuse_in_production(directory)
    return read_secret(directory / ROOT)


def peppers(directory: Path) -> dict[int, bytes]:
    """Return every live pepper by edition, the oldest first. Raises KeysError as ``root_key`` does."""
    refuse_in_production(directory)
    found = pepper_files(directory)
    if not found:
        raise KeysError(f"{directory / _pepper(1)} is missing: run `pop keys init`")
    return {edition: read_secret(path) for edition, path in found.items()}


def escrow_publics(directory: Path) -> tuple[bytes, bytes, bytes]:
    """Return the public keys of a, b and c. Raises KeysError as ``root_key`` does, and where two are the same.

    It refuses a directory of real keys where a private half lies: whoever holds the server would be two people.
    """
    refuse_in_production(directory)
    private = [name for name in map(_escrow_private, HOLDERS) if (directory / name).exists()]
    if private and not (directory / MARKER).exists():
        raise KeysError(f"{', '.join(private)} must not lie in {directory}: give it back to the person it belongs to")
    return _distinct([directory / _escrow_public(each) for each in HOLDERS])


def rotate_signing(directory: Path) -> None:
    """Replace the signing pair; the former public key stays valid as `signing.previous.pub`.

    Each state in between is a good one: until the new seed stands, the old seed signs, and its public key is the
    previous one. A key from before the former rotation is valid no longer, so rotate only after a snapshot was built
    with this one.
    """
    former = SigningKey(signing_seed(directory))
    new = SigningKey.generate()
    write(directory / PREVIOUS, as_hex(former.verify_key.encode()), mode=0o644)
    write(directory / PUBLIC, as_hex(new.verify_key.encode()), mode=0o644)
    write(directory / SEED, as_hex(new.encode()), mode=0o600)


def signing_seed(directory: Path) -> bytes:
    """Return the 32-byte seed. Raises KeysError where it is missing, malformed, or not fit for production."""
    refuse_in_production(directory)
    return read_secret(directory / SEED)


def public_keys(directory: Path) -> list[bytes]:
    """Return the public keys that are valid now, the current one first. Raises KeysError as `signing_seed` does."""
    refuse_in_production(directory)
    keys = [read(directory / PUBLIC)]
    if (directory / PREVIOUS).exists():
        previous = read(directory / PREVIOUS)
        if previous not in keys:
            keys.append(previous)
    return keys


def development_warning(directory: Path) -> str | None:
    """Return the warning to print where the directory holds development keys, else None."""
    return WARNING if (directory / MARKER).exists() else None


def _complete(directory: Path) -> None:
    """Derive the public key from the seed where a crash left it out."""
    if not (directory / PUBLIC).exists():
        write(directory / PUBLIC, as_hex(SigningKey(read(directory / SEED)).verify_key.encode()), mode=0o644)


def _complete_development(directory: Path) -> bool:
    """Make what a marked directory lacks: a crash or an earlier version left it out. Returns whether it made any."""
    made = False
    if not (directory / ROOT).exists():
        made |= write_new(directory / ROOT, fresh())
    if not pepper_files(directory):
        made |= write_new(directory / _pepper(1), fresh())
    for each in HOLDERS:
        private, public = directory / _escrow_private(each), directory / _escrow_public(each)
        if public.exists():
            continue
        if not private.exists():
            made |= write_new(private, as_hex(new_pair().private, ESCROW_PRIVATE))
        # Derived from the file that stands: two first starts at once may both have made one.
        write(public, as_hex(escrow_pair(private).public, ESCROW_PUBLIC), mode=0o644)
    return made


def _three(files: Sequence[Path]) -> tuple[bytes, bytes, bytes]:
    if len(files) != len(HOLDERS):
        raise KeysError(
            "escrow wants the public keys of three people, of whom any two open together: "
            "each makes one with `pop keys escrow FILE` and sends FILE.pub"
        )
    return _distinct(files)


def _distinct(files: Sequence[Path]) -> tuple[bytes, bytes, bytes]:
    publics = [read(file, ESCROW_PUBLIC) for file in files]
    if len(set(publics)) != len(HOLDERS):
        raise KeysError("two of the three escrow keys are the same: each belongs to another person")
    for file, public in zip(files, publics, strict=True):
        try:
            seal_to(public, b"")
        except SealError:
            raise KeysError(f"nothing can be sealed to {file}: it holds no public key") from None
    a, b, c = publics
    return a, b, c


def _pepper(edition: int) -> str:
    return f"pepper-{edition}.key"


def _escrow_private(holder: str) -> str:
    return f"escrow-{holder}.key"


def _escrow_public(holder: str) -> str:
    return f"escrow-{holder}.pub"
