"""Rendering: a review as plain text or Markdown, for a terminal or a file.

Learner's and models' words never act: control characters and terminal escapes are taken out, and
in Markdown every character that could become markup or HTML is escaped.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from consumer.assembly.prose import clean
from schemas.review import (
    ContextCoverage,
    Evidence,
    Perspective,
    ReviewReady,
    Signal,
    XpBreakdown,
)

BAR_CELLS = 20
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+!|~$^=:@-])")
_VERDICTS = {
    "improving": "improving",
    "worsening": "getting worse",
    "steady": "steady",
    "present": "shown",
    "absent": "not shown",
    "unclear": "no clear trend",
    "too_little_data": "too few stages to tell",
}
_COUNTED = {
    "pace": "stages",
    "recurring_issue": "chances",
    "fixed_issue": "chances",
    "help_seeking": "messages",
    "calibration": "ratings",
    "writing": "words",
}
_NO_VIEW = {
    "no_conversation": "You had no conversation with this persona.",
    "unavailable": "This view could not be written this time.",
}


class Form(Protocol):
    """How one output writes its parts; `words` makes foreign text harmless."""

    def words(self, text: str) -> str:
        """Return `text` so that it can only be read."""

    def heading(self, text: str, *, level: int) -> list[str]:
        """Return a heading's lines."""

    def item(self, text: str) -> str:
        """Return one entry of a list."""

    def detail(self, text: str) -> str:
        """Return a line that belongs to the entry before it."""


class PlainForm:
    """Plain text for a terminal."""

    def words(self, text: str) -> str:
        """Take out what steers a terminal."""
        return clean(text)

    def heading(self, text: str, *, level: int) -> list[str]:
        """Underline the heading."""
        return ["", text, ("=" if level == 1 else "-") * len(text)]

    def item(self, text: str) -> str:
        """Lead with a bullet."""
        return f"* {text}"

    def detail(self, text: str) -> str:
        """Indent under the bullet."""
        return f"    {text}"


class MarkdownForm:
    """CommonMark; every character of foreign text that could be markup is escaped."""

    def words(self, text: str) -> str:
        """Escape markup and HTML (CommonMark 2.4, backslash escapes)."""
        safe = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        safe = re.sub(r"^(\d+)([.)])", r"\1\\\2", _MARKUP.sub(r"\\\1", safe))
        return re.sub(r"(?i)(www)\.", r"\1\\.", safe)  # GitHub makes links of bare addresses

    def heading(self, text: str, *, level: int) -> list[str]:
        """Lead with number signs."""
        return ["", f"{'#' * level} {text}", ""]

    def item(self, text: str) -> str:
        """Lead with a bullet."""
        return f"- {text}"

    def detail(self, text: str) -> str:
        """Nest under the bullet."""
        return f"  - {text}"


def render_text(review: ReviewReady) -> str:
    """Return the review as plain text that ends with a line break."""
    return _render(review, PlainForm())


def render_markdown(review: ReviewReady) -> str:
    """Return the review as Markdown that ends with a line break."""
    return _render(review, MarkdownForm())


def _render(review: ReviewReady, form: Form) -> str:
    lines = [
        *form.heading(form.words(review.scenario_title), level=1),
        "",
        form.words(review.headline),
        "",
        form.words(review.summary),
        *_patterns(review, form),
        *_statements(review, form),
        *_xp(review.xp, form),
        *_views(review.perspectives, form),
        *_signals(review.signals, form),
        *_basis(review, form),
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def _patterns(review: ReviewReady, form: Form) -> Iterator[str]:
    yield from form.heading("Patterns across the stages", level=2)
    if not review.patterns:
        yield "No pattern across the stages could be stated with enough evidence."
    for pattern in review.patterns:
        yield form.item(form.words(pattern.statement))
        stages = ", ".join(map(form.words, pattern.stage_ids))
        yield form.detail(f"confidence: {pattern.confidence}; stages: {stages}")
        yield from _evidence(pattern.evidence, form)


def _statements(review: ReviewReady, form: Form) -> Iterator[str]:
    for title, items in (
        ("What you did well", review.did_well),
        ("Where it kept sticking", review.kept_stuck),
    ):
        if items:
            yield from form.heading(title, level=2)
        for item in items:
            yield form.item(form.words(item.statement))
            yield from _evidence(item.evidence, form)
    if review.push_next:
        yield from form.heading("What to push on next", level=2)
    for push in review.push_next:
        yield form.item(form.words(push.action))
        yield form.detail(f"Why: {form.words(push.why)}")
        yield form.detail(f"Check: {form.words(push.check)}")
        yield from _evidence(push.evidence, form)
    if review.writing_style is not None:
        yield from form.heading("How these texts are written", level=2)
        yield form.item(form.words(review.writing_style.statement))
        yield from _evidence(review.writing_style.evidence, form)


def _xp(xp: XpBreakdown, form: Form) -> Iterator[str]:
    yield from form.heading(f"Experience points: {xp.expected_total}", level=2)
    most = max(award.xp for award in xp.dimensions)
    for award in xp.dimensions:
        filled = round(BAR_CELLS * award.xp / most) if most else 0
        bar = "█" * filled + "░" * (BAR_CELLS - filled)
        yield form.item(f"{bar} {award.xp} {form.words(award.title)}")
        yield form.detail(form.words(award.rationale))
        yield from _evidence(award.evidence, form)


def _views(perspectives: Sequence[Perspective], form: Form) -> Iterator[str]:
    for view in perspectives:
        role = form.words(
            view.role.replace("cross_functional", "cross-functional").replace("_", " ")
        )
        yield from form.heading(f"{form.words(view.name)}, {role}", level=2)
        if view.text is None:
            yield _NO_VIEW[view.status]
            continue
        yield form.words(view.text)
        yield ""
        for item in view.evidence:
            yield form.item(_pointer(item, form))


def _signals(signals: Sequence[Signal], form: Form) -> Iterator[str]:
    if signals:
        yield from form.heading("What was measured", level=2)
    for signal in signals:
        verdict = _verdict(signal)
        kind = signal.kind.replace("_", " ")
        name = signal.name.replace("_", " ")
        title = kind if name == kind else f"{kind} ({form.words(name)})"
        is_ratio = signal.unit == "ratio"
        unit = "%" if is_ratio else form.words(signal.unit)
        figures = [
            _percentage(one) if is_ratio else _number(one)
            for one in (signal.value, signal.low, signal.high)
            if one is not None
        ]
        value = f", {figures[0]} {unit}" if figures else ""
        bounds = f" ({figures[1]} to {figures[2]})" if len(figures) == 3 else ""
        counted = _counted(signal, one=signal.n == 1)
        yield form.item(
            f"{title}: {verdict}{value}{bounds}; from {signal.n} {counted}, "
            f"{signal.minimum_n} needed"
        )


def _counted(signal: Signal, *, one: bool) -> str:
    counted = _COUNTED.get(signal.kind, "objectives")
    return counted.removesuffix("s") if one else counted


def _verdict(signal: Signal) -> str:
    """Say a verdict in honest words; what was too little depends on what is counted."""
    if signal.verdict == "too_little_data" and signal.kind != "pace":
        return f"too few {_counted(signal, one=False)} to tell"
    return _VERDICTS[signal.verdict]


def _basis(review: ReviewReady, form: Form) -> Iterator[str]:
    yield from form.heading("What this rests on", level=2)
    parts = (
        ("objectives", review.coverage.objective_rollups),
        ("messages", review.coverage.messages),
        ("versions of your own texts", review.coverage.artefacts),
    )
    for title, part in parts:
        yield form.item(f"{title}: {_coverage(part)}")
    if review.status == "partial":
        yield form.item("partial: something that was expected is missing, as said above")
    writer = "by a language model, checked by code" if review.reviewer == "model" else "by rules"
    written = review.created_at.strftime("%Y-%m-%d %H:%M UTC")
    yield form.item(f"written {writer}, {written}; revision {review.revision}")
    for call in review.provenance.calls:
        notes = [f"{call.attempts} attempt{'' if call.attempts == 1 else 's'}"]
        notes += ["fallback"] if call.fallback else []
        notes += ["reused"] if call.reused else []
        who = f"{form.words(call.provider)}, {form.words(call.model)}"
        yield form.item(f"{form.words(call.call)}: {who} ({', '.join(notes)})")
    provenance = review.provenance
    prompts = form.words(provenance.prompt_version)
    yield form.item(f"schema {provenance.schema_version}, prompts {prompts}")
    yield form.item(f"review {form.words(str(review.review_id))}, run {form.words(review.run_id)}")


def _coverage(part: ContextCoverage) -> str:
    expected = "an unknown number" if part.expected is None else str(part.expected)
    return f"{part.used} used, {part.seen} seen, {expected} expected"


def _evidence(evidence: Sequence[Evidence], form: Form) -> Iterator[str]:
    """Give each quotation a line of its own; what is only pointed to shares one."""
    for item in evidence:
        if item.quote is not None:
            yield form.detail(_pointer(item, form))
    pointed = [_pointer(item, form) for item in evidence if item.quote is None]
    if pointed:
        yield form.detail(" ".join(pointed))


def _pointer(item: Evidence, form: Form) -> str:
    revision = "" if item.revision is None else f", revision {item.revision}"
    quote = "" if item.quote is None else f"“{form.words(item.quote)}” "
    source, stage = form.words(item.source_id), form.words(item.stage_id)
    return f"{quote}[{item.source} {source}{revision}, stage {stage}]"


def _percentage(ratio: float) -> str:
    return f"{100 * ratio:.0f}"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
