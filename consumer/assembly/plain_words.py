"""Plain words: the few sentences that code says itself, in the languages it knows.

Figures stand behind a label, so that no language needs its plural rules here. A language that is
not listed gets names and figures only, so that no review mixes languages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class PlainWords:
    """One language's sentences; `{...}` are filled in."""

    basis: str
    little: str
    nothing: str
    unmeasured: str


WORDS: Final[Mapping[str, PlainWords]] = {
    "de": PlainWords(
        "Grundlage: Aufgaben {objectives}, Nachrichten {messages}, eigene Texte {texts}.",
        "Wenig in diesem Durchlauf lässt sich belegen, und kein Muster ist klar.",
        "Nichts in diesem Durchlauf ließ sich belegen.",
        "Keine Aufgabe hat „{title}“ verlangt; es gilt der Durchschnitt der anderen.",
    ),
    "fr": PlainWords(
        "Base : objectifs {objectives}, messages {messages}, textes personnels {texts}.",
        "Peu de choses dans ce parcours peuvent être étayées, et aucune tendance n'est nette.",
        "Rien dans ce parcours n'a pu être étayé.",
        "Aucun objectif n'a mobilisé « {title} » : la moyenne des autres s'applique.",
    ),
    "es": PlainWords(
        "Base: objetivos {objectives}, mensajes {messages}, textos propios {texts}.",
        "Poco de este recorrido se puede probar, y no hay ningún patrón claro.",
        "Nada de este recorrido se pudo probar.",
        "Ningún objetivo trabajó «{title}»: recibe la media de los demás.",
    ),
    "it": PlainWords(
        "Base: obiettivi {objectives}, messaggi {messages}, testi propri {texts}.",
        "Poco di questo percorso si può provare, e nessuno schema è chiaro.",
        "Niente di questo percorso si è potuto provare.",
        "Nessun obiettivo ha richiesto «{title}»: vale la media degli altri.",
    ),
    "pt": PlainWords(
        "Base: objetivos {objectives}, mensagens {messages}, textos próprios {texts}.",
        "Pouco deste percurso pode ser comprovado, e nenhum padrão é claro.",
        "Nada deste percurso pôde ser comprovado.",
        "Nenhum objetivo exigiu «{title}»: recebe a média dos outros.",
    ),
    "nl": PlainWords(
        "Basis: doelen {objectives}, berichten {messages}, eigen teksten {texts}.",
        "Weinig in dit traject is te onderbouwen, en geen patroon is duidelijk.",
        "Niets in dit traject was te onderbouwen.",
        "Geen doel vroeg om “{title}”: het krijgt het gemiddelde van de andere.",
    ),
    "zh": PlainWords(
        "依据：目标 {objectives}，消息 {messages}，本人文本 {texts}。",
        "本次过程中能够证实的内容很少，也没有明确的规律。",
        "本次过程中没有任何内容能够证实。",
        "没有目标涉及「{title}」，因此取其他维度的平均值。",
    ),
    "ja": PlainWords(
        "根拠：目標 {objectives}、メッセージ {messages}、本人の文章 {texts}。",
        "この取り組みで裏づけられることは少なく、はっきりした傾向はありません。",
        "この取り組みで裏づけられることはありませんでした。",
        "「{title}」を扱った目標はなく、ほかの平均が当てられています。",
    ),
    "ar": PlainWords(
        "الأساس: الأهداف {objectives}، الرسائل {messages}، النصوص الخاصة {texts}.",
        "القليل في هذا المسار يمكن إثباته، ولا يظهر فيه نمط واضح.",
        "لا شيء في هذا المسار أمكن إثباته.",
        "لم يتناول أي هدف «{title}»، فحصل على متوسط البقية.",
    ),
}


def words_for(language: str) -> PlainWords | None:
    """Return the sentences of a BCP 47 tag's language, None where it is not listed."""
    return WORDS.get(language.lower().split("-")[0])
