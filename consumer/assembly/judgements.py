"""Judgements: praise that fits anyone, and verdicts on the person, which no record bears out.

A review tells what was done, where, and what came of it. It holds no trait ("you are careless"), no
comparison with people who are not in the run, no guess at who or what wrote a text, and no mark for
grammar or a first language. Read in English.
"""

import re
from typing import Final

_EMPTY_PRAISE: Final = re.compile(
    r"(?<!\bnot )(?<!n[’']t )\b(?:outstanding|exceptional(?:ly)?|brilliant(?:ly)?|"
    r"flawless(?:ly)?|amazing(?:ly)?|awesome|"
    r"fantastic|phenomenal|superb|stellar|impeccable|world-class|first-class|excellent|"
    r"excel(?:led)?|"
    r"magnificent|marvellous|wonderful|terrific|incredibl[ey]|impressive(?:ly)?|remarkabl[ey]|"
    r"exemplary|great (?:job|work)|good job|well done|(?:did|doing) (?:great|brilliantly)|"
    r"keep (?:it up|up the)|true professional|natural talent|strong (?:communication|leadership)|"
    r"communication skills|perfect(?:ly)?|you mastered|ready for (?:a )?promotion|"
    r"(?:everything|all) you did|nothing (?:remains|is left) to|the best (?:learner|of all))\b",
    re.IGNORECASE,
)
_OTHERS: Final = re.compile(
    r"\b(?:than|like|unlike|among|compared (?:to|with)) (?:most |all |any |the |many )*"
    r"(?:other (?:learners|people|candidates|trainees)|others|peers|your peers|learners|anyone|"
    r"everyone|anybody|top performers)\b|"
    r"\b(?:than|like|unlike) (?:most|many) (?:\w+ )?(?:people|colleagues|professionals|"
    r"beginners)\b|"
    r"\btop performers?\b|\b(?:above|below)[- ]average\b|"
    r"\b(?:nobody|no one) (?:else )?(?:did|does|has done) better\b|\bbest in (?:class|the)\b",
    re.IGNORECASE,
)
_TRAIT: Final = re.compile(
    # Words that are said of people only, whatever the sentence.
    r"\b(?:lazy|stupid|gifted|talented|arrogant|careless(?:ly)?|sloppy|conscientious|diligent|"
    r"introverted|extroverted|charismatic)\b|"
    r"\byou(?:['’]re| are| were| have always been| seem(?: to be)?| come across as| tend to be) "
    r"(?:(?:a|an|the|so|very|too|rather|quite|really|highly|simply|just|being|naturally|"
    r"generally|often|always|bit|little|somewhat) )*"
    r"(?:clever|smart|intelligent|shy|stubborn|impatient|"
    r"dis?organi[sz]ed|unorgani[sz]ed|hard-?working|"
    r"perfectionist|confident(?! that| of)|insecure|introvert|extrovert|timid|"
    r"anxious|"
    r"creative|detail-oriented|unreliable|immature|born|natural)\b|"
    r"\byou(?:['’]re| are) an? (?:[\w-]+ ){0,2}(?:leader|analyst|writer|thinker|"
    r"communicator|person|"
    r"learner|perfectionist|genius|talent|slacker|procrastinator|character|team player)\b|"
    r"\byour (?:laziness|confidence|"
    r"carelessness|personality|character|temperament|intelligence|intellect|"
    r"arrogance|talent|nature|lack of (?:discipline|confidence|talent|patience|ambition))\b|"
    r"\byou (?:became|become|grew|got|feel|felt) (?:\w+ ){0,2}?(?:confident|insecure)\b|"
    r"\byou (?:lack|have no) (?:\w+ )?(?:confidence|patience|discipline|talent|ambition|"
    r"motivation)\b|\bas an? (?:born |natural )?(?:perfectionist|introvert|extrovert|person)\b",
    re.IGNORECASE,
)
_MACHINE = (
    r"(?:an? )?(?:AI|A\.I\.|ChatGPT|GPT\S*|LLM|chat ?bot|bot|robot|machine|"
    r"(?:large )?language model|"
    r"artificial intelligence)"
)
_AUTHORSHIP: Final = re.compile(
    r"\b(?:looks?|looked|reads?|sounds?|sounded|seems?|seemed|appears?|appeared|feels?|"
    r"felt|smells?)"
    rf" (?:[\w-]+ ){{0,5}}{_MACHINE}\b|"
    rf"\b(?:your|these|those|this|the) (?:[\w-]+ ){{0,3}}(?:were|was|are|is|"
    rf"been) (?:[\w-]+ ){{0,2}}"
    rf"(?:written|generated|made|produced|drafted|copied) (?:by|with|from) {_MACHINE}\b|"
    r"\b(?:AI|GPT|bot|machine|model|computer)-?[- ](?:written|generated|made|produced|like)\b|"
    rf"\bwritten by {_MACHINE}\b|\byou (?:\w+ )?(?:used|let|asked|had) {_MACHINE} (?:to )?write\b",
    re.IGNORECASE,
)
_LANGUAGE_SKILL: Final = re.compile(
    r"\byour (?:\w+ ){0,2}(?:grammar|spelling|vocabulary|punctuation|accent|english)\b|"
    r"\b(?:grammatical|spelling|grammar) (?:\w+ )?(?:errors?|mistakes?|slips?)\b|"
    r"\b(?:native|non-native|second-language) (?:\w+ )?(?:speaker|writer)s?\b|"
    r"\b(?:first|mother|native) (?:language|tongue)\b",
    re.IGNORECASE,
)
# Of a text's writing these are never said; elsewhere they may be what the work was about.
_OF_LANGUAGE: Final = re.compile(
    r"\b(?:grammar|grammatical\w*|spelling|vocabulary|lexical|readab\w+)\b", re.IGNORECASE
)
_JUDGEMENTS: Final = (
    (_EMPTY_PRAISE, "it praises in words that fit anyone: say what was done, and where"),
    (_OTHERS, "it compares the learner with people who are not in this run"),
    (_TRAIT, "it says what the learner is like: say what was done, and where"),
    (_AUTHORSHIP, "it guesses at who or what wrote a text"),
    (_LANGUAGE_SKILL, "it judges grammar, spelling, vocabulary or a first language"),
)


def judgement_faults(text: str) -> tuple[str, ...]:
    """Name the judgements of `text`, which should be without its quotations."""
    plain = " ".join(text.split())
    return tuple(fault for words, fault in _JUDGEMENTS if words.search(plain))


def speaks_of_language(text: str) -> bool:
    """Tell whether a reading of somebody's writing speaks of its grammar or its words as such."""
    return bool(_OF_LANGUAGE.search(text))
