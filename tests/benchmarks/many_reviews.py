"""Two hundred reviews at once, five calls of one second each, against the floor of the limits.

    .venv/bin/python tests/benchmarks/many_reviews.py [--slots N | --per-minute N] [--interface I]

Through a real SDK and a loopback socket: the emulator runs in a process of its own. The
floor is what the limit allows with everything else free: with slots, requests / slots x the
latency of one; with a rate, what it takes to send them and the last one's latency. What the
emulator's answers make the service repair are requests like any other.
"""

import argparse
import asyncio
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import structlog

from consumer.commands.review import runs_of
from consumer.context.resolve import Resolved
from consumer.review_arc import review_arc
from consumer.reviewing.ports import NoJournal
from consumer.settings import Settings, load_settings
from consumer.wiring import review_options, utc_now
from consumer.wiring_calls import reviewing_by
from producer.arc_files import ArcLine, read_arc_file
from producer.arcs import sample_arc
from schemas.review import ReviewReady

REVIEWS = 200
LATENCY_SECONDS = 1.0
ARC = "stumbler"
INTERFACES = {
    "generate_content": "gemini",
    "interactions": "gemini",
    "responses": "openai",
    "chat_completions": "openai",
}
EMULATOR = """
import asyncio, sys
from consumer.emulator.serving import serve_emulator
async def main():
    async with serve_emulator(latency_seconds=float(sys.argv[1])) as address:
        print(address, flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


@contextmanager
def emulator() -> Iterator[str]:
    """Run the emulator in a process of its own; gives its address."""
    process = subprocess.Popen(
        [sys.executable, "-c", EMULATOR, str(LATENCY_SECONDS)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


def arcs() -> list[Resolved]:
    """Return the sample arc under as many names."""
    lines = [line for line in read_arc_file(sample_arc(ARC)) if isinstance(line, ArcLine)]
    (run,), _ = runs_of(lines)
    copies = []
    for number in range(REVIEWS):
        trigger = run.arc.trigger.model_copy(update={"run_id": f"run-{number}"})
        copies.append(replace(run, arc=replace(run.arc, trigger=trigger)))
    return copies


async def measure(
    address: str, interface: str, *, slots: int | None, per_minute: float | None
) -> None:
    provider = INTERFACES[interface]
    settings = load_settings(
        Settings,
        overrides={
            "reviewers": (provider,),
            f"{provider}_interface": interface,
            f"{provider}_api_key": "no-key-is-needed",
            f"{provider}_base_url": address if provider == "gemini" else f"{address}/v1",
            f"{provider}_max_concurrent": slots or 1000,
            f"{provider}_requests_per_minute": per_minute,
            "review_deadline_seconds": 600,
        },
    )
    options = review_options(settings)
    runs = arcs()
    async with reviewing_by(settings, journal=NoJournal()) as reviewing:

        async def one(run: Resolved) -> ReviewReady:
            return await review_arc(
                run,
                reviewing=reviewing,
                options=options,
                revision=1,
                clock=utc_now,
                on_progress=lambda _done, _total: None,
            )

        await one(runs[0])  # the SDK's imports and the first connection
        started, cpu = time.perf_counter(), time.process_time()
        reviews = await asyncio.gather(*(one(run) for run in runs))
        took, cpu = time.perf_counter() - started, time.process_time() - cpu
    report(reviews, took=took, cpu=cpu, slots=slots, per_minute=per_minute)


def report(
    reviews: list[ReviewReady],
    *,
    took: float,
    cpu: float,
    slots: int | None,
    per_minute: float | None,
) -> None:
    """Print what it took, beside the floor."""
    calls = [call for review in reviews for call in review.provenance.calls]
    requests = sum(call.attempts for call in calls)
    if slots is not None:
        limit, floor = f"{slots} slots", math.ceil(requests / slots) * LATENCY_SECONDS
    else:
        rate = (per_minute or 0) / 60
        # One second's worth may go at once.
        limit, floor = f"{per_minute:g} a minute", (requests - rate) / rate + LATENCY_SECONDS
    statuses = sorted({(r.status, r.reviewer) for r in reviews})
    print(f"{len(reviews)} reviews, {len(calls)} calls, {requests} requests, {statuses}")
    print(f"{limit}, a request {LATENCY_SECONDS:g} s: floor {floor:.2f} s")
    print(f"took {took:.2f} s = {took / floor:.3f} x the floor; wanted: at most 1.05")
    print(
        f"CPU {cpu:.2f} s of this process ({cpu / len(reviews) * 1000:.0f} ms a review: prompts, "
        f"SDK, checks, assembly); {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    limit = parser.add_mutually_exclusive_group()
    limit.add_argument("--slots", type=int)
    limit.add_argument("--per-minute", type=float)
    parser.add_argument("--interface", choices=tuple(INTERFACES), default="generate_content")
    chosen = parser.parse_args()
    slots = 10 if chosen.per_minute is None and chosen.slots is None else chosen.slots
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with emulator() as address:
        asyncio.run(measure(address, chosen.interface, slots=slots, per_minute=chosen.per_minute))


if __name__ == "__main__":
    main()
