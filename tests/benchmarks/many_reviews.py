"""Two hundred reviews at once, five calls of one second each, against the floor of the limits.

    .venv/bin/python tests/benchmarks/many_reviews.py [--concurrent N]

Through the real Gemini SDK and a loopback socket: the emulator runs in a process of its own. The
floor is what the slots allow with everything else free: calls / slots x the latency of one.
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
from consumer.pipeline import review_arc
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


async def measure(address: str, *, concurrent: int) -> None:
    settings = load_settings(
        Settings,
        overrides={
            "reviewers": ("gemini",),
            "gemini_api_key": "no-key-is-needed",
            "gemini_base_url": address,
            "gemini_max_concurrent": concurrent,
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
    report(reviews, took=took, cpu=cpu, concurrent=concurrent)


def report(reviews: list[ReviewReady], *, took: float, cpu: float, concurrent: int) -> None:
    calls = [call for review in reviews for call in review.provenance.calls]
    requests = sum(call.attempts for call in calls)
    floor = math.ceil(requests / concurrent) * LATENCY_SECONDS
    statuses = sorted({(r.status, r.reviewer) for r in reviews})
    print(f"{len(reviews)} reviews, {len(calls)} calls, {requests} attempts, {statuses}")
    print(f"slots {concurrent}, a call {LATENCY_SECONDS:g} s: floor {floor:.2f} s")
    print(f"took {took:.2f} s = {took / floor:.3f} x the floor; allowed 1.05")
    print(
        f"CPU {cpu:.2f} s of this process ({cpu / requests * 1000:.1f} ms a call, prompts, checks "
        f"and assembly included); {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--concurrent", type=int, default=50)
    concurrent = parser.parse_args().concurrent
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with emulator() as address:
        asyncio.run(measure(address, concurrent=concurrent))


if __name__ == "__main__":
    main()
