"""`debrief dlq list|show|redrive|purge`: dead letters found, shown, sent back and taken off."""

import asyncio
import sys
from collections.abc import Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from aiokafka.errors import ProducerFenced

from consumer.commands.dlq_output import (
    letter_json,
    letter_text,
    letters_table,
    plans_table,
    write_json,
    write_table,
)
from consumer.commands.progress import progress_bar
from consumer.dead_letters.errors import DeadLettersError
from consumer.dead_letters.letters import DeadLetter, Selection
from consumer.dead_letters.purging import Purge, PurgePlanner, purge
from consumer.dead_letters.reading import LetterReader, Range, reading
from consumer.dead_letters.redriving import Redriving
from consumer.errors import ConfigurationError
from consumer.settings import KafkaSettings, load_settings
from producer.redrive import Redriver
from producer.redrive_ledger import LetterId
from producer.topic_plans import ledger_plan
from producer.topics import create_topics, unseen_topics
from schemas.topics import DLQ_SUFFIX, Topics


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What an operator asked for; no `topics`: all five. `limit` None: all that is selected."""

    topics: tuple[str, ...] = ()
    selection: Selection = Selection()  # noqa: RUF009  # a frozen value
    limit: int | None = None


def topic_names(asked: Collection[str], topics: Topics) -> tuple[str, ...]:
    """Return the dead-letter topics that are meant, by input or by their own name.

    Raises:
        ConfigurationError: one is no input topic of ours.
    """
    if not asked:
        return tuple(sorted(topics.dlq(name) for name in topics.inputs))
    found = {name: _dead_letters_of(name.removesuffix(DLQ_SUFFIX), topics) for name in asked}
    wrong = [name for name, topic in found.items() if topic is None]
    if wrong:
        names = ", ".join(sorted(topics.inputs))
        raise ConfigurationError(tuple(f"--topic {name}: want one of {names}" for name in wrong))
    return tuple(sorted({topic for topic in found.values() if topic is not None}))


def letter_named(asked: LetterId, topics: Topics) -> LetterId:
    """Return which letter is meant, its topic written with the prefix or without.

    Raises:
        ConfigurationError: it is none of a dead-letter topic of ours.
    """
    name = asked.topic.removesuffix(DLQ_SUFFIX)
    topic = None if name == asked.topic else _dead_letters_of(name, topics)
    if topic is None:
        names = ", ".join(sorted(topics.dlq(one) for one in topics.inputs))
        raise ConfigurationError((f"LETTER {asked}: want TOPIC/PARTITION/OFFSET of {names}",))
    return replace(asked, topic=topic)


def _dead_letters_of(name: str, topics: Topics) -> str | None:
    prefix = topics.scenario_completed.removesuffix("scenario.completed")
    # A name may begin as the prefix does.
    meant = [full for full in (name, prefix + name) if full in topics.inputs]
    return topics.dlq(meant[0]) if meant else None


def run_dlq_list(query: Query, *, as_json: bool) -> None:
    """Print the selected letters; raises ConfigurationError, DeadLettersError, LedgerError."""
    asyncio.run(_list(load_settings(KafkaSettings), query, as_json=as_json))


async def _list(settings: KafkaSettings, query: Query, *, as_json: bool) -> None:
    topics = Topics.with_prefix(settings.topic_prefix)
    async with reading(settings.kafka, topics) as reader:
        ranges = await _ranges(reader, settings, query, topics)
        ledger = await reader.ledger()
        letters: list[DeadLetter] = []
        more = False
        async with aclosing(reader.letters(ranges, query.selection)) as found:
            async for letter in found:
                if query.limit is not None and len(letters) == query.limit:
                    more = True
                    break
                letters.append(letter)
    if as_json:
        for letter in letters:
            write_json(letter_json(letter, ledger))
    else:
        write_table(letters_table(letters, ledger))
    told = f"{len(letters)} dead letters" + (", and more: raise --limit" if more else "")
    sys.stderr.write(told + "\n")


def run_dlq_show(letter_id: LetterId, *, as_json: bool, value: bool) -> None:
    """Print one letter; its value only where it is asked for.

    Raises:
        NoSuchLetterError: nothing stands there.
    """
    asyncio.run(_show(load_settings(KafkaSettings), letter_id, as_json=as_json, value=value))


async def _show(
    settings: KafkaSettings, letter_id: LetterId, *, as_json: bool, value: bool
) -> None:
    topics = Topics.with_prefix(settings.topic_prefix)
    async with reading(settings.kafka, topics) as reader:
        letter = await reader.letter(letter_named(letter_id, topics))
        ledger = await reader.ledger()
    if as_json:
        write_json(letter_json(letter, ledger, headers=True, value=value))
    else:
        sys.stdout.write(letter_text(letter, ledger, value=value))


def run_dlq_redrive(query: Query, *, dry_run: bool) -> bool:
    """Send the selected letters back, each once ever; True where none was refused.

    Raises:
        DeadLettersError, LedgerError, ProducerError: it ended before its end; run it again.
    """
    return asyncio.run(_redrive(load_settings(KafkaSettings), query, dry_run=dry_run))


async def _redrive(settings: KafkaSettings, query: Query, *, dry_run: bool) -> bool:
    asyncio.get_running_loop().set_exception_handler(unless_fenced)
    topics = Topics.with_prefix(settings.topic_prefix)
    redriver = None
    try:
        async with reading(settings.kafka, topics) as reader:
            ranges = await _ranges(reader, settings, query, topics)
            if not dry_run:
                await create_topics(settings.kafka, (ledger_plan(topics),), partitions=1)
                redriver = Redriver(settings.kafka, topics)
            job = Redriving(reader, redriver, limit=query.limit)
            with progress_bar("dead letters read", total=_offsets(ranges)) as advance:
                await job.run(ranges, query.selection, on_read=advance)
    finally:
        if redriver is not None:
            await redriver.stop()
    for letter, reason in job.refused:
        sys.stderr.write(f"debrief: {letter} was not redriven: {reason}\n")
    verb = "would be redriven" if dry_run else "redriven"
    sys.stdout.write(
        f"{job.done} {verb}, {job.before} were redriven before, {len(job.refused)} refused\n"
    )
    return not job.refused


def unless_fenced(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Report what nobody awaited, but not that another redrive has begun: a line says so.

    aiokafka leaves the futures of a producer that was fenced off alone.
    """
    if not isinstance(context.get("exception"), ProducerFenced):
        loop.default_exception_handler(context)


def run_dlq_purge(query: Query, *, confirmed: bool) -> bool:
    """Delete the selected letters that Kafka can delete; True where none of them stays.

    Not `confirmed`: print what would go and delete nothing.

    Raises:
        DeadLettersError: a broker refuses.
    """
    return asyncio.run(_purge(load_settings(KafkaSettings), query, confirmed=confirmed))


async def _purge(settings: KafkaSettings, query: Query, *, confirmed: bool) -> bool:
    topics = Topics.with_prefix(settings.topic_prefix)
    async with reading(settings.kafka, topics) as reader:
        # All that stands there is looked at: what is not selected decides what can go.
        ranges = await _ranges(reader, settings, Query(topics=query.topics), topics)
        with progress_bar("dead letters read", total=_offsets(ranges)) as advance:
            plans = []
            for one in ranges:
                planner = PurgePlanner(one.partition, start=one.start, end=one.end)
                letters = reader.letters([one], Selection(), on_read=advance)
                async with aclosing(letters) as found:
                    async for letter in found:
                        offset = letter.record.offset
                        planner.see(offset, selected=query.selection.includes(letter))
                plans.append(planner.plan())
    write_table(plans_table(plans))
    staying = sum(plan.staying for plan in plans)
    going = sum(plan.going for plan in plans)
    if not confirmed:
        sys.stdout.write(f"{going} would be deleted for good; say --yes to do it\n")
    else:
        await purge(settings.kafka, [plan for plan in plans if plan.going])
        sys.stdout.write(f"{going} deleted\n")
    if staying:
        sys.stdout.write(_cannot_go(staying, plans))
    return staying == 0


def _cannot_go(staying: int, plans: Sequence[Purge]) -> str:
    held = ", ".join(
        f"{plan.partition.topic}/{plan.partition.partition}/{plan.held_by}"
        for plan in plans
        if plan.staying
    )
    return (
        f"{staying} cannot be deleted: Kafka deletes from the beginning of a partition only, and "
        f"letters that were not selected stand before them ({held}). Select those too, or wait "
        "for DEBRIEF_DLQ_RETENTION_DAYS.\n"
    )


async def _ranges(
    reader: LetterReader, settings: KafkaSettings, query: Query, topics: Topics
) -> Sequence[Range]:
    names = topic_names(query.topics, topics)
    problems = await unseen_topics(settings.kafka, names)
    for problem in problems:
        sys.stderr.write(f"debrief: {problem}\n")
    if len(problems) == len(names):
        raise DeadLettersError("there is nothing to look at: is DEBRIEF_TOPIC_PREFIX right?")
    return await reader.ranges(names, since_ms=query.selection.since_ms)


def _offsets(ranges: Sequence[Range]) -> int:
    return sum(max(one.end - one.start, 0) for one in ranges)
