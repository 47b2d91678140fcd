"""Small words: lists, counts, titles and issue kinds as prose writes them."""

from collections.abc import Sequence

from consumer.arc import Arc


def kind_words(kind: str) -> str:
    """Return an issue kind as prose writes it: `unstated_assumption` is unstated assumption."""
    return kind.replace("_", " ").replace("-", " ").strip()


def listed(items: Sequence[str]) -> str:
    """Join items with commas and a last "and"."""
    if len(items) <= 1:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def ratio(value: float) -> str:
    """Return a ratio of 0 to 1 with two decimals, as .72 or 1.00."""
    text = f"{value:.2f}"
    return text.removeprefix("0") if value < 1 else text


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """Return a count with its noun: 1 hint, 3 hints."""
    return f"{count} {singular if count == 1 else plural or singular + 's'}"


def stage_title(arc: Arc, stage_id: str) -> str:
    """Return the title of a stage."""
    return next(stage.title for stage in arc.stages if stage.stage_id == stage_id)
