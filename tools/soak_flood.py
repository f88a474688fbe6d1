"""Try to come back with wrong words, so many times a second for so long: `soak_flood.py PORT RATE SECONDS`.

Prints how many attempts were answered. Only loopback, and only what a child's own page does.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
import time

from pop.simulation.wire import Browser, LostError

TOGETHER = 400


async def main(port: int, rate: float, seconds: float) -> int:
    answered = 0
    gate = asyncio.Semaphore(TOGETHER)

    async def one() -> None:
        nonlocal answered
        async with gate:
            browser = Browser("127.0.0.1", port)
            words = " ".join(secrets.token_hex(3) for _ in range(6))
            try:
                await browser.form("/back", {"words": words, "language": "en"})
                answered += 1
            except LostError:
                return
            finally:
                browser.close()

    began = time.monotonic()
    works: list[asyncio.Task[None]] = []
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
        works.append(asyncio.create_task(one()))
    await asyncio.gather(*works)
    print(f"{answered} of {len(works)} attempts answered, {len(works) / (time.monotonic() - began):.0f} a second")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))))
