"""Answers: what a careful model would say, built from the prompt's own records alone.

Quotes are copied from the records, figures are the signals' own; nothing is looked up elsewhere.
The wording is English and plain: this is an emulator, it stands in for a model's wire, not its wit.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from consumer.emulator.reading import Asked, Record

Json = dict[str, Any]

# The verdicts that bear a pattern, by kind; any other kind's is `present`.
_CLAIMS: Final = {
    "pace": ("improving", "worsening"),
    "independence": ("improving", "worsening"),
    "first_pass": ("improving", "worsening"),
    "writing": ("improving", "worsening", "present"),
    "fixed_issue": ("improving",),
    "recurring_issue": ("present", "worsening"),
}
_SAID: Final = {
    "pace": "Set against the time each stage was given, your pace moved from stage to stage",
    "recurring_issue": "The same thing came back in more than one stage",
    "fixed_issue": "What feedback had named did not come back in the stages after it",
    "independence": "How often you leant on a hint changed over the arc",
    "help_avoidance": "You asked for less help while the results went down",
    "first_pass": "How often the first try was enough changed between the two halves",
    "recovery": "Where the first try fell short, going back to it paid off",
    "stuck": "There was a long stretch in which success did not settle",
    "help_seeking": "Asking was part of how you worked with the others",
    "calibration": "How you rated your own work and how it scored lay apart",
    "writing": "In these notes the way you set things down shows the same trait again",
}
_VIEWS: Final = {
    "manager": "From where I sit, what counts is what I could rely on, and in {stage} I had this "
    "from you to go on. Tell me early when something slips, and I can plan around it.",
    "peer": "What I noticed in {stage} is how you went about it, more than what came out. One "
    "thing to try: say the assumption first, then the plan, and let me poke at it.",
    "partner": "Depending on you in {stage} mostly meant waiting for a clear word, and here you "
    "gave me one. I would have liked to know sooner what it meant for my side.",
}
_ANY_VIEW = (
    "I remember one moment in {stage} well, and it is the one I point to. It told me how you were "
    "thinking about the problem we shared. I would have liked more of it."
)


def careful_answer(asked: Asked) -> Json:
    """Return a fresh answer to a request, in the schema of its call."""
    call = asked.call.partition(":")[0]
    build = {"arc": _arc_read, "scoring": _scoring, "perspective": _perspective}[call]
    return build(asked)


def _arc_read(asked: Asked) -> Json:
    title = _title(asked)
    patterns = list(_patterns(asked))[:5]
    found = (
        "one thing runs through the whole of it"
        if patterns
        else "each stage stands for itself and no trend can be claimed"
    )
    summary = (
        f"This looks back over all of {title}. "
        f"The record holds {len(asked.of('objective'))} objectives, and {found}. "
        "What follows says where it shows and what to try next."
    )
    texts = [*_learner_messages(asked), *asked.of("artefact")]
    return {
        "headline": f"Across {title}, {found}."[:300],
        "summary": summary,
        "patterns": patterns,
        "did_well": list(_did_well(asked, texts))[:4],
        "kept_stuck": list(_kept_stuck(asked))[:4],
        "push_next": list(_push_next(asked))[:3],
        "writing_style": _writing_style(asked),
    }


def _patterns(asked: Asked) -> Iterator[Json]:
    """Yield what the signals claim, and of the several traits of writing one, a change first."""
    wrote = False
    for signal in sorted(asked.of("signal"), key=_is_trait):
        pattern = None if wrote and signal["kind"] == "writing" else _pattern(signal, asked)
        if pattern:
            wrote = wrote or signal["kind"] == "writing"
            yield pattern


def _is_trait(signal: Record) -> bool:
    return bool(signal["kind"] == "writing" and signal["verdict"] == "present")


def _pattern(signal: Record, asked: Asked) -> Json | None:
    kind, name = signal["kind"], signal["name"]
    if signal["verdict"] not in _CLAIMS.get(kind, ("present",)):
        return None
    if kind == "writing":
        candidates = list(asked.of("artefact"))
    else:
        candidates = list(asked.of("objective"))
        if kind in ("recurring_issue", "fixed_issue"):
            candidates = [o for o in candidates if name in [i["kind"] for i in o["issues"]]]
    by_stage = {record["stage_id"]: record for record in reversed(candidates)}
    chosen = [by_stage[s["stage_id"]] for s in asked.of("stage") if s["stage_id"] in by_stage][:8]
    if len(chosen) < 2:
        return None
    figure = _figure(signal)
    return {
        "kind": kind,
        "name": name,
        "direction": signal["verdict"],
        "statement": f"{_SAID[kind]}{figure}, as far as {signal['n']} cases can tell.",
        "confidence": "high" if signal["n"] >= 2 * signal["minimum_n"] else "medium",
        "stage_ids": [record["stage_id"] for record in chosen],
        "signal_ids": [signal["signal_id"]],
        "evidence": [_cite(record) for record in chosen],
    }


def _figure(signal: Record) -> str:
    value = signal.get("value")
    if value is None:
        return ""
    # A figure that was rounded once must not be rounded over an edge.
    decimals = 2 if abs(round(value, 2) - value) < 0.0049 else 4
    return f" ({value:.{decimals}f} {signal['unit']})"


def _did_well(asked: Asked, texts: Sequence[Record]) -> Iterator[Json]:
    for objective in asked.of("objective"):
        if objective.get("score", 0) >= 0.7 and not objective["issues"]:
            title, score = objective["title"], objective["score"]
            said = f"{title} came out at {score}, with nothing held against it."
            yield {"statement": said, "evidence": [_cite(objective, quoted=False)]}
            break
    by_stage: dict[str, Record] = {}
    for record in sorted(texts, key=lambda r: -len(r["text"])):
        by_stage.setdefault(record["stage_id"], record)
    for record in list(by_stage.values())[:2]:
        stage = _stage_title(asked, record)
        said = f"In {stage} you put the matter in your own words, which made it usable for others."
        yield {"statement": said, "evidence": [_cite(record)]}


def _kept_stuck(asked: Asked) -> Iterator[Json]:
    told: set[str] = set()
    for objective in asked.of("objective"):
        for issue in objective["issues"]:
            if issue["kind"] not in told:
                told.add(issue["kind"])
                named = issue["kind"].replace("_", " ")
                said = f"What stood in the way in {_stage_title(asked, objective)}: {named}."
                yield {
                    "statement": said,
                    "issue_kind": issue["kind"],
                    "evidence": [_cite(objective)],
                }


def _push_next(asked: Asked) -> Iterator[Json]:
    for objective in asked.of("objective"):
        hard = objective["issues"] or objective["hints"] or objective.get("score", 1) < 0.7
        if hard:
            yield {
                "action": f"Take {objective['title']} once more, and write your plan down first.",
                "why": "This is where the run cost you most.",
                "check": "You get through it without a hint.",
                "evidence": [_cite(objective, quoted=False)],
            }
            return


def _writing_style(asked: Asked) -> Json | None:
    texts = asked.of("artefact")
    measured = [s for s in asked.of("signal") if s["kind"] == "writing"]
    if not texts or all(s["verdict"] == "too_little_data" for s in measured):
        return None
    said = "In these notes you set the matter out in your own words, as the quoted lines show."
    return {"statement": said, "evidence": [_cite(record) for record in texts[:2]]}


def _scoring(asked: Asked) -> Json:
    total = next((r["points"] for r in asked.of("xp_total")), 0)
    dimensions = asked.of("dimension")
    means = [_mean_score(d["dimension_id"], asked) for d in dimensions]
    weights = [0.5 if mean is None else mean for mean in means]
    weights = [w * d.get("max_xp", 1) for w, d in zip(weights, dimensions, strict=True)]
    whole = sum(weights) or 1
    return {
        "dimensions": [
            {
                "dimension_id": dimension["dimension_id"],
                "raw_xp": round(total * weight / whole, 1),
                "rationale": _rationale(mean),
                "evidence": [_cite(o, quoted=False) for o in _exercising(dimension, asked)][:4],
            }
            for dimension, weight, mean in zip(dimensions, weights, means, strict=True)
        ]
    }


def _rationale(mean: float | None) -> str:
    if mean is None:
        return "No score of this run speaks for it, so it gets a middling share."
    return f"The objectives that exercised it scored {mean:.2f} on average."


def _exercising(dimension: Record, asked: Asked) -> list[Record]:
    wanted = dimension["dimension_id"]
    return [o for o in asked.of("objective") if wanted in o["dimension_ids"]]


def _mean_score(dimension_id: str, asked: Asked) -> float | None:
    rows = _exercising({"dimension_id": dimension_id}, asked)
    scores = [o["score"] for o in rows if "score" in o]
    return sum(scores) / len(scores) if scores else None


def _perspective(asked: Asked) -> Json:
    persona = asked.own_records[-1]
    thread = [r for r in asked.own_records if r["record"] == "message" and r["text"].strip()]
    own = [r for r in thread if r["sender"] == "user"] or thread
    chosen = sorted(own, key=lambda r: -len(r["text"]))[:2]
    role = str(persona.get("role", ""))
    view = next((text for word, text in _VIEWS.items() if word in role), _ANY_VIEW)
    stage = _stage_title(asked, chosen[0]) if chosen else "this run"
    return {"text": view.format(stage=stage), "evidence": [_cite(record) for record in chosen]}


def _learner_messages(asked: Asked) -> list[Record]:
    rows = asked.of("message")
    return [r for r in rows if r["sender"] == "user" and len(r["text"].split()) >= 6]


def _title(asked: Asked) -> str:
    return next((str(r["title"]) for r in asked.of("scenario")), "this run")


def _stage_title(asked: Asked, record: Record) -> str:
    titles = {s["stage_id"]: str(s["title"]) for s in asked.of("stage")}
    return titles.get(record["stage_id"], "that stage")


def _cite(record: Record, *, quoted: bool = True) -> Json:
    source = record["record"]
    texts = [record.get("text")]
    if source == "objective":
        texts = [*(issue["note"] for issue in record["issues"]), record.get("feedback")]
    quote = next((q for q in map(_quote, texts) if q), None) if quoted else None
    return {
        "source": source,
        "source_id": record[f"{source}_id"],
        "revision": record.get("revision"),
        "quote": quote,
    }


def _quote(text: str | None) -> str | None:
    """Copy a text whole where it is short, else its first words."""
    whole = (text or "").strip()
    words = whole.split()
    if len(words) <= 24:
        return whole[:1000] or None
    return " ".join(words[:20])
