"""Every fault, at every interface, at every place: how the review ends, when, and at what price.

    place     who fails                                     what ships
    first     the first provider                            the models' review, by the second
    second    the first by its key, the second by the fault nothing, or what had fewest faults
    both      both, and `rules` stands last                 the rules' review
    persona   both, at the personas' calls only             a partial review

The emulator runs in a process of its own, and time in which the kernel lets others run is not
counted, so that only the reviewer's own slowness can make a review late. Deadlines are short where
a fault is a silence and never met anywhere else.
"""

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
import pytest_asyncio
from pydantic import TypeAdapter

from consumer.commands.arcs import read_arcs
from consumer.commands.review import runs_of
from consumer.context.resolve import Resolved
from consumer.emulator.faults import Fault, FaultRule
from consumer.emulator.spoiling import INVENTED_NUMBER, INVENTED_QUOTE
from consumer.review_arc import ReviewOptions, review_arc
from consumer.reviewing.calls.fallback import Attempt, FallbackCaller
from consumer.reviewing.calls.policy import CallLimits
from consumer.reviewing.chain import ReviewersChain
from consumer.reviewing.errors import ReviewCallsFailed
from consumer.reviewing.models_reviewer import ModelReviewer
from consumer.reviewing.outcome import OutcomeKind
from consumer.reviewing.ports import NoJournal, Provider
from consumer.reviewing.providers.bounded_body import bound_body
from consumer.reviewing.providers.gemini.content import GeminiProvider
from consumer.reviewing.providers.gemini.interactions import GeminiInteractionsProvider
from consumer.reviewing.providers.openai.chat import OpenAIChatProvider
from consumer.reviewing.providers.openai.responses import OpenAIProvider
from consumer.reviewing.rules.reviewer import draft_by_rules
from consumer.reviewing.unattended import Unattended
from schemas.review import ReviewReady

REPOSITORY: Final = Path(__file__).resolve().parents[3]
LATE_SECONDS: Final = 0.05
# What a review may take where the fault is a silence.
SHORT_SECONDS: Final = 1.5
LONG_SECONDS: Final = 60.0
NEARLY: Final = 0.9
# What a spoilt answer may hold and no review.
INVENTED: Final = (INVENTED_QUOTE, str(INVENTED_NUMBER), "confidence_in_percent")
# Full jitter at one chance, so that the number of requests is the policy's alone.
LIMITS: Final = CallLimits(backoff_base_seconds=0.004, backoff_cap_seconds=0.01)
KEY: Final = "matrix"

K = OutcomeKind
GEMINI: Final[Mapping[str, Callable[..., Provider]]] = {
    "generate_content": GeminiProvider,
    "interactions": GeminiInteractionsProvider,
}
OPENAI: Final[Mapping[str, Callable[..., Provider]]] = {
    "responses": OpenAIProvider,
    "chat_completions": OpenAIChatProvider,
}

# How the scoring call ends at a provider with the fault, and after how many requests.
_ONCE: Final = {
    K.PERMANENT: (
        Fault.BAD_REQUEST, Fault.UNAUTHORIZED, Fault.BAD_KEY, Fault.FORBIDDEN, Fault.NOT_FOUND,
        Fault.TOO_LARGE, Fault.UNPROCESSABLE,
    ),
    K.QUOTA: (Fault.PAYMENT_REQUIRED, Fault.QUOTA),
    K.RATE_LIMITED: (Fault.RATE_LIMITED_LONG,),
    K.TIMEOUT: (Fault.HANG, Fault.HANG_IN_BODY, Fault.TRICKLE, Fault.ENDLESS),
    K.BLOCKED: (Fault.SAFETY, Fault.RECITATION, Fault.PROMPT_BLOCKED),
    K.REFUSED: (Fault.REFUSAL,),
    # Nothing here tells one language from another; figures below zero are bounded by code.
    K.OK: (Fault.OTHER_LANGUAGE, Fault.XP_NEGATIVE),
}  # fmt: skip
_TWICE: Final = {
    K.TRUNCATED: (Fault.MAX_TOKENS, Fault.CONTINUATION),
    K.INVALID_JSON: (
        Fault.INVALID_JSON, Fault.TWO_ANSWERS, Fault.DEEP_NESTING, Fault.EMPTY_TEXT,
        Fault.GIANT_BODY,
    ),
    K.INVALID_SCHEMA: (
        Fault.NOT_A_NUMBER, Fault.WRONG_SHAPE, Fault.WRONG_TYPES, Fault.EXTRA_FIELDS,
        Fault.XP_OUT_OF_RANGE,
    ),
    K.UNGROUNDED: (Fault.INVENTED_QUOTES, Fault.INVENTED_NUMBERS),
}  # fmt: skip
_FOUR_TIMES: Final = {
    K.RATE_LIMITED: (
        Fault.RATE_LIMITED, Fault.RATE_LIMITED_DATE, Fault.RATE_LIMITED_MS,
        Fault.RATE_LIMITED_BODY, Fault.RATE_LIMITED_BARE, Fault.RATE_LIMITED_NONSENSE,
    ),
    K.TRANSIENT: (
        Fault.REQUEST_TIMEOUT, Fault.CONFLICT, Fault.CANCELLED, Fault.SERVER_ERROR,
        Fault.BAD_GATEWAY_PAGE, Fault.UNAVAILABLE, Fault.GATEWAY_TIMEOUT, Fault.OVERLOADED,
        Fault.REDIRECT, Fault.CUT_BODY, Fault.RESET, Fault.RESET_IN_BODY, Fault.FLOOD,
        Fault.CUT_JSON, Fault.EMPTY_BODY, Fault.HTML_PAGE, Fault.EVENT_STREAM, Fault.BAD_ENCODING,
        Fault.JSON_LIST, Fault.JSON_NULL, Fault.EMPTY_OBJECT, Fault.NO_OUTPUT, Fault.TOOL_CALL,
        Fault.UNFINISHED, Fault.UNKNOWN_FINISH, Fault.FAILED,
    ),
}  # fmt: skip
EXPECTED: Final[Mapping[Fault, tuple[OutcomeKind, int]]] = {
    fault: (kind, times)
    for times, group in ((1, _ONCE), (2, _TWICE), (4, _FOUR_TIMES))
    for kind, faults in group.items()
    for fault in faults
}
# Where an interface has no word for it, or another one.
OTHERWISE: Final[Mapping[tuple[str, Fault], tuple[OutcomeKind, int]]] = {
    # Interactions names no difference between a model's refusal and a block.
    ("interactions", Fault.REFUSAL): (K.BLOCKED, 1),
    ("interactions", Fault.TOOL_CALL): (K.PERMANENT, 1),
    # This SDK parses the answer, too, and gives up.
    ("generate_content", Fault.DEEP_NESTING): (K.TRANSIENT, 4),
}
SILENCES: Final = frozenset(_ONCE[K.TIMEOUT])
ONE_OF_EACH: Final = (
    Fault.UNAUTHORIZED, Fault.RATE_LIMITED_LONG, Fault.HANG, Fault.SAFETY, Fault.MAX_TOKENS,
    Fault.INVALID_JSON, Fault.RATE_LIMITED, Fault.RESET, Fault.UNAVAILABLE,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One cell of the matrix: `interface` is the one that shows the fault."""

    fault: Fault
    place: str
    gemini: str
    openai: str

    @property
    def expected(self) -> tuple[OutcomeKind, int]:
        interface = self.gemini if self.place == "first" else self.openai
        return OTHERWISE.get((interface, self.fault), EXPECTED[self.fault])

    @property
    def deadline_seconds(self) -> float:
        return SHORT_SECONDS if self.fault in SILENCES else LONG_SECONDS

    @property
    def rules(self) -> tuple[FaultRule, ...]:
        """What the emulator is told."""
        if self.place == "first":
            return (FaultRule(fault=self.fault, provider="gemini"),)
        if self.place == "second":
            return (
                FaultRule(fault=Fault.UNAUTHORIZED, provider="gemini"),
                FaultRule(fault=self.fault, provider="openai"),
            )
        return (
            FaultRule(fault=self.fault, call="perspective" if self.place == "persona" else None),
        )

    def __str__(self) -> str:
        return f"{self.fault}-{self.place}-{self.gemini}-{self.openai}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a review came to."""

    review: ReviewReady | None
    failures: Mapping[str, tuple[OutcomeKind, ...]]
    attempts: tuple[Attempt, ...]
    requests: Counter[tuple[str, str]]
    late_seconds: float

    def ends_at(self, provider: str, call: str) -> list[OutcomeKind]:
        """How each attempt of a call ended at a provider."""
        return [a.kind for a in self.attempts if (a.provider, a.call) == (provider, call)]


def _cases() -> Iterator[Any]:
    """Yield all cases; those that are no part of the daily run are marked.

    Daily: each fault once at each provider, by both interfaces in turn, and one of each sort of
    fault at every interface and place.
    """
    pairs = (("generate_content", "responses"), ("interactions", "chat_completions"))
    for number, fault in enumerate(Fault):
        for place in ("first", "second", "both", "persona"):
            for gemini, openai in pairs:
                case = Case(fault=fault, place=place, gemini=gemini, openai=openai)
                its_turn = (gemini, openai) == pairs[(number + (place == "second")) % 2]
                alone = place in ("first", "second")
                daily = alone or its_turn if fault in ONE_OF_EACH else alone and its_turn
                yield pytest.param(case, marks=() if daily else (pytest.mark.matrix,))


@pytest.fixture(scope="module")
def emulator() -> Iterator[str]:
    """Run an emulator in a process of its own; returns its address."""
    with subprocess.Popen(
        [sys.executable, "-m", "consumer.emulator"],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def run() -> Resolved:
    """The sample arc with the fewest records."""
    lines, _ = read_arcs([REPOSITORY / "producer" / "arcs" / "sparse.jsonl"])
    (resolved,), _ = runs_of(lines)
    return resolved


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def providers(emulator: str) -> AsyncIterator[Mapping[str, Provider]]:
    """One adapter an interface, all under one key and so under one plan at a time."""
    async with AsyncExitStack() as stack:
        made: dict[str, Provider] = {}
        for name, build in {**GEMINI, **OPENAI}.items():
            client = httpx2.AsyncClient(event_hooks={"response": [bound_body]})
            made[name] = build(
                api_key=KEY,
                model="m",
                base_url=emulator if name in GEMINI else f"{emulator}/v1",
                http_client=await stack.enter_async_context(client),
            )
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def control(emulator: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that sets the emulator's plan and reads what was asked."""
    async with httpx2.AsyncClient(base_url=f"{emulator}/emulator/plans") as client:
        yield client


class _HeldUp:
    """How long the machine, busy with others, kept this thread from running since `start`.

    The kernel counts it (`Documentation/scheduler/sched-stats.rst`, run delay); elsewhere it is 0.
    """

    def __init__(self) -> None:
        self._since: int | None = None

    def start(self) -> None:
        self._since = self._nanoseconds()

    @property
    def seconds(self) -> float:
        return 0.0 if self._since is None else (self._nanoseconds() - self._since) / 1e9

    def _nanoseconds(self) -> int:
        try:
            return int(Path("/proc/thread-self/schedstat").read_text(encoding="ascii").split()[1])
        except OSError:
            return 0


async def _review(
    case: Case, run: Resolved, control: httpx2.AsyncClient, providers: Mapping[str, Provider]
) -> Seen:
    attempts: list[Attempt] = []
    unattended = Unattended()
    caller = FallbackCaller(
        (providers[case.gemini], providers[case.openai]),
        limits=LIMITS,
        chance=lambda: 1.0,
        unattended=unattended,
        on_attempt=attempts.append,
    )
    chain = ReviewersChain(
        models=ModelReviewer(caller, journal=NoJournal(), marker_key=b"k"),
        rules=draft_by_rules if case.place == "both" else None,
    )
    options = ReviewOptions(deadline_seconds=case.deadline_seconds, xp_band=0.25, base_rates=None)
    rules = TypeAdapter(tuple[FaultRule, ...]).dump_json(case.rules)
    (await control.put(f"/{KEY}", content=rules)).raise_for_status()
    held_up = _HeldUp()
    clock = asyncio.get_running_loop().time
    started = clock()
    # The waiting that counts is that of the review's last part: what comes earlier is caught up.
    at_the_end = asyncio.get_running_loop().call_later(
        case.deadline_seconds * NEARLY, held_up.start
    )
    review: ReviewReady | None = None
    failures: Mapping[str, tuple[OutcomeKind, ...]] = {}
    try:
        review = await review_arc(
            run,
            reviewing=chain,
            options=options,
            revision=1,
            clock=lambda: datetime(2026, 1, 5, tzinfo=UTC),
            on_progress=lambda _done, _total: None,
        )
    except ReviewCallsFailed as error:
        failures = error.failures
    late_seconds = clock() - started - case.deadline_seconds - held_up.seconds
    at_the_end.cancel()
    await unattended.close()
    requests = (await control.get(f"/{KEY}/requests")).json()
    return Seen(
        review=review,
        failures=failures,
        attempts=tuple(attempts),
        requests=Counter((provider, call) for provider, call in requests),
        late_seconds=late_seconds,
    )


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.filterwarnings("ignore:Interaction stopped before completion")
@pytest.mark.filterwarnings("ignore:A_REASON_OF_NEXT_YEAR is not a valid")
@pytest.mark.parametrize("case", tuple(_cases()), ids=str)
async def test_every_fault_ends_as_the_policy_says(
    case: Case, run: Resolved, control: httpx2.AsyncClient, providers: Mapping[str, Provider]
) -> None:
    seen = await _review(case, run, control, providers)
    # A hiccup of the machine may still be seen, or may take the whole time before anything is
    # sent; what is late, or never sent, by its own doing is so every time.
    for _ in range(6):
        if seen.late_seconds <= LATE_SECONDS and seen.requests.get(("gemini", "scoring")):
            break
        seen = await _review(case, run, control, providers)

    assert seen.late_seconds <= LATE_SECONDS
    assert not any(invented in repr(seen.review) for invented in INVENTED)
    {"first": _at_the_first, "second": _at_the_second, "both": _at_both, "persona": _at_persona}[
        case.place
    ](case, seen)


def _at_the_first(case: Case, seen: Seen) -> None:
    kind, times = case.expected
    answered_by = "gemini" if kind is K.OK else "openai"
    assert seen.ends_at("gemini", "scoring") == [kind] * times
    assert seen.requests["gemini", "scoring"] == times
    assert seen.requests["openai", "scoring"] == (0 if kind is K.OK else 1)
    assert seen.review is not None
    assert (seen.review.reviewer, seen.review.status) == ("model", "complete")
    scoring = next(c for c in seen.review.provenance.calls if c.call == "scoring")
    assert (scoring.provider, scoring.fallback) == (answered_by, answered_by == "openai")


def _at_the_second(case: Case, seen: Seen) -> None:
    kind, times = case.expected
    assert seen.ends_at("gemini", "scoring") == [K.PERMANENT]
    assert seen.ends_at("openai", "scoring") == [kind] * times
    assert seen.requests["openai", "scoring"] == times
    if kind in (K.OK, K.UNGROUNDED):
        # Nobody gave a better one: it ships without what does not stand.
        assert seen.review is not None
        assert seen.review.reviewer == "model"
    else:
        assert seen.review is None
        assert seen.failures["scoring"] == (K.PERMANENT, kind)


def _at_both(case: Case, seen: Seen) -> None:
    kind, times = case.expected
    assert seen.requests["openai", "scoring"] == (0 if kind is K.OK else times)
    assert seen.review is not None
    assert seen.review.reviewer == ("model" if kind in (K.OK, K.UNGROUNDED) else "rules")
    assert seen.failures == {}


def _at_persona(case: Case, seen: Seen) -> None:
    assert seen.requests["gemini", "scoring"] == 1
    assert seen.requests["openai", "scoring"] == 0
    assert seen.review is not None
    assert seen.review.reviewer == "model"
    given = {p.status for p in seen.review.perspectives} - {"no_conversation"}
    kind, _ = case.expected
    if kind is K.OK or case.fault in (Fault.XP_OUT_OF_RANGE, Fault.INVENTED_NUMBERS):
        # An invented figure costs its sentence only.
        assert (given, seen.review.status) == ({"given"}, "complete")
    else:
        assert (given, seen.review.status) == ({"unavailable"}, "partial")


def test_no_fault_is_left_out() -> None:
    assert set(EXPECTED) == set(Fault)
