"""Reading a gzipped JSON document piece by piece: its text never stands in memory at once."""

from __future__ import annotations

import codecs
import json
import zlib
from collections.abc import Iterator
from typing import Final, NoReturn

LARGEST: Final = 256 * 1024 * 1024  # decompressed bytes; a gzip bomb ends here
_CHUNK: Final = 256 * 1024
_SPACE: Final = " \t\n\r"


class SnapshotError(ValueError):
    """A snapshot that must not be used; ``reason`` says why in English."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def text_of(data: bytes) -> Iterator[str]:
    """Decompress ``data`` (one gzip member) and decode it as UTF-8, chunk by chunk. Raises SnapshotError."""
    stream = zlib.decompressobj(wbits=31)
    decoder = codecs.getincrementaldecoder("utf-8")()
    size = 0
    pending = data
    try:
        while not stream.eof:
            piece = stream.decompress(pending, _CHUNK)
            pending = stream.unconsumed_tail
            if not piece and not pending and not stream.eof:
                raise SnapshotError("the gzip stream is cut short")
            size += len(piece)
            if size > LARGEST:
                raise SnapshotError(f"the document is larger than {LARGEST} bytes")
            yield decoder.decode(piece)
        if stream.unused_data:
            raise SnapshotError("something follows the gzip stream")
        yield decoder.decode(b"", final=True)
    except zlib.error:
        raise SnapshotError("not a gzip stream") from None
    except UnicodeDecodeError:
        raise SnapshotError("the document is not UTF-8") from None


class Reader:
    """Takes the members of one JSON object off a stream of text: every value whole, the elements of one list singly."""

    def __init__(self, chunks: Iterator[str]) -> None:
        self.keys: set[str] = set()  # of the object, as far as it was read
        self._chunks = chunks
        self._text = ""
        self._at = 0
        self._decoder = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float)

    def members(self, lists: frozenset[str]) -> Iterator[tuple[str, object]]:
        """Yield (key, value) of the object; of a key in ``lists`` one pair per element. Raises SnapshotError."""
        self._expect("{")
        if self._next() == "}":
            self._at += 1
        else:
            while True:
                key = self._value()
                if not isinstance(key, str) or key in self.keys:
                    raise SnapshotError("a key of the document is repeated or no text")
                self.keys.add(key)
                self._expect(":")
                if key in lists:
                    for element in self._elements():
                        yield key, element
                else:
                    yield key, self._value()
                if self._expect(",}") == "}":
                    break
        if self._next():
            raise SnapshotError("something follows the document")

    def _elements(self) -> Iterator[object]:
        self._expect("[")
        if self._next() == "]":
            self._at += 1
            return
        while True:
            yield self._value()
            if self._expect(",]") == "]":
                return

    def _value(self) -> object:
        while True:
            self._next()
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except RecursionError:
                raise SnapshotError("the document is nested too deeply") from None
            except SnapshotError:
                raise
            except ValueError:
                if not self._more():
                    raise SnapshotError("the document is not JSON") from None
                continue
            # A number that ends with the text may go on in the next chunk.
            if end < len(self._text) or not self._more():
                self._at = end
                return value

    def _expect(self, accepted: str) -> str:
        found = self._next()
        if not found or found not in accepted:
            raise SnapshotError("the document is not JSON")
        self._at += 1
        return found

    def _next(self) -> str:
        """Step over white space and return the character that follows, or "" at the end."""
        while True:
            while self._at < len(self._text):
                found = self._text[self._at]
                if found not in _SPACE:
                    return found
                self._at += 1
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Drop what was read and add at least as much text as is left: a long value costs linear time."""
        rest = self._text[self._at :]
        parts, length = [rest], 0
        for chunk in self._chunks:
            parts.append(chunk)
            length += len(chunk)
            if length >= max(len(rest), 1):
                break
        self._text, self._at = "".join(parts), 0
        return length > 0


def _no_float(text: str) -> NoReturn:
    raise SnapshotError("the document holds a number that is not whole")
