"""Perspectives: each persona from its own thread, by what its role looks at.

A manager looks at what was delivered and could be relied on, a senior peer at how the work was
done, a partner from another function at what it was like to depend on the learner.
"""

import re
from typing import Final

from consumer.arc import Arc
from consumer.drafts import PerspectiveDraft
from consumer.reviewing.plain_rules.quotes import best_messages, cite_message, excerpt
from consumer.reviewing.plain_rules.words import counted, listed, ratio
from schemas.events import ConversationMessage, Persona

GOOD_SCORE: Final = 0.7
MAX_SHOWN_WORDS: Final = 45
_PROMISE: Final = re.compile(r"\b(i'?ll|i will|will do|by \w+day|tomorrow|on it)\b", re.IGNORECASE)


def perspectives(arc: Arc) -> dict[str, PerspectiveDraft | None]:
    """Return the view of every persona that has a thread."""
    return {
        persona.persona_id: _view(arc, persona, thread)
        for persona in arc.trigger.personas
        if (thread := arc.thread(persona.persona_id))
    }


def _view(arc: Arc, persona: Persona, thread: tuple[ConversationMessage, ...]) -> PerspectiveDraft:
    own = [message for message in thread if message.sender == "user"]
    cited = best_messages(own, most=1) or tuple(own[:1]) or thread[:1]
    words = excerpt(cited[0].text) or cited[0].text.strip()
    by_learner = cited[0].sender == "user"
    voice = _VOICES.get(persona.role, _other)
    return PerspectiveDraft(
        text=voice(arc, own, f"“{words}”" if by_learner and words else ""),
        evidence=(cite_message(cited[0]),),
    )


def _manager(arc: Arc, own: list[ConversationMessage], quote: str) -> str:
    scored = [o for o in arc.objectives if o.score is not None]
    good = [o for o in scored if (o.score or 0) >= GOOD_SCORE]
    promised = any(_PROMISE.search(message.text) for message in own)
    delivered = (
        f"{len(good)} of the {len(scored)} scored objectives came in at .70 or better. "
        "That is what I can plan on. "
        if scored
        else f"{counted(len(arc.objectives), 'objective')} went through this run without a score, "
        "so I go by what reached me. "
    )
    relied = (
        "You told me when to expect things, and a date I can hold someone to is half the work. "
        if promised
        else "What I missed was a date: I had to ask, and asking is time I do not have. "
    )
    said = f"The line I kept was {quote}. " if quote else "From you I have next to nothing. "
    return (
        f"Bottom line first. {delivered}{said}{relied}Next time, lead with the decision you need."
    )


def _senior_peer(arc: Arc, own: list[ConversationMessage], quote: str) -> str:
    retried = [o for o in arc.objectives if o.attempts > 1]
    gained = [
        o
        for o in retried
        if o.score is not None and o.first_score is not None and o.score > o.first_score
    ]
    craft = (
        f"You went back on {counted(len(retried), 'objective')}, and "
        + (
            f"{listed([o.title for o in gained[:2]])} got better for it. "
            if gained
            else "going back is a habit worth keeping. "
        )
        if retried
        else "You mostly went through once, so I saw the result and little of the working. "
    )
    asked = sum("?" in message.text for message in own)
    showed = f"When you wrote {quote}, I could see how you were thinking. " if quote else ""
    try_this = (
        "One thing to try: say what you have already ruled out before you ask, so that we start "
        "where you stopped."
        if asked
        else "One thing to try: ask earlier. I would rather answer a rough question than find it "
        "in the result."
    )
    return f"{showed}{craft}{try_this}"


def _partner(arc: Arc, own: list[ConversationMessage], quote: str) -> str:
    stages = len({message.stage_id for message in own})
    if not own:
        return (
            "I wrote, and I did not hear back. From my side of the house that is the whole story."
        )
    presence = (
        f"I heard from you in {stages} of the {len(arc.stages)} stages, so my team never had to "
        "guess for long. "
        if 2 * stages > len(arc.stages)
        else f"I heard from you in {counted(stages, 'stage')}; in between, my side planned in the "
        "dark. "
    )
    said = (
        f"What I could take back to my people was {quote}. "
        if quote
        else "Your notes to me were short, so I filled in the rest myself. "
    )
    return (
        f"{presence}{said}I do not see your craft, only what lands on my desk: tell me what changes "
        "for us and by when, and depending on you is easy."
    )


def _other(arc: Arc, own: list[ConversationMessage], quote: str) -> str:
    said = f"One thing you wrote stays with me: {quote}. " if quote else ""
    scores = [o.score for o in arc.objectives if o.score is not None]
    shared = f" The scores ran up to {ratio(max(scores))}." if scores else ""
    return (
        f"We exchanged {counted(len(own), 'message')} from your side. {said}I can only speak for "
        f"what passed between us.{shared}"
    )


_VOICES: Final = {
    "manager": _manager,
    "senior_peer": _senior_peer,
    "cross_functional_partner": _partner,
}
