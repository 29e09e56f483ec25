"""What the words above a line say it is about: its topic and its phase.

The nearest words win: the label of the list, then the heading, then the headings above that.
Lines without any such words still become items; no English word is needed for that.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from intake.blocks import lowered

LONGEST = 300


class Topic(StrEnum):
    AUTHORIZATION = "authorization"
    TRIGGERS = "rollback triggers"
    ROLLBACK = "rollback steps"
    ALERTS = "alerts"
    WIDGETS = "dashboard widgets"
    CRITERIA = "success criteria"
    APPROVALS = "approvals"
    MESSAGES = "messages"
    GATES = "quality gates"
    TARGETS = "targets"
    METRICS = "metrics"
    STEPS = "steps"
    CHECKS = "checks"


_BACK = (
    r"\b(?:roll(?:ing)?[ -]?backs?|back[ -]?out|backout|revert(?:ing)?|fallback|rückfall\w*|"
    r"zurückrollen|retour arrière|repli|reversión|marcha atrás|reversão|ripristino|wycofani\w+|"
    r"geri alma)\b|откат|回滚|回退|ロールバック|切り戻し|롤백|التراجع|استرجاع"
)
_WHEN = (
    r"\b(?:triggers?|criteria|conditions?|decision|if|when|thresholds?|auslöser|kriterien|wenn|"
    r"déclencheurs?|critères|si|disparadores|criterios|cuando|gatilhos?|critérios|quando|criteri|"
    r"wyzwalacze|kryteria|jeśli|tetikleyici\w*|kriter\w*)\b|триггер|критери|услови|если|"
    r"触发|条件|基準|トリガー|트리거|기준|조건|معايير|شروط"
)
# Asked in this order; the first that fits a text is its topic.
_TOPICS: tuple[tuple[Topic, str], ...] = (
    (Topic.AUTHORIZATION, r"\bauthori[sz](?:ation|ations|ed by)\b"),
    (Topic.TRIGGERS, rf"(?:{_BACK}).*(?:{_WHEN})|(?:{_WHEN}).*(?:{_BACK})"),
    (Topic.TRIGGERS, r"\babort (?:criteria|conditions?|if|when)\b|\bno-?go criteria\b"),
    (Topic.ROLLBACK, rf"{_BACK}"),
    (
        Topic.ALERTS,
        r"\balert(?:s|ing|es|as)?\b|\balarm(?:e|es|as)?\b|оповещени|告警|アラート|"
        r"알림 임계",
    ),
    (Topic.WIDGETS, r"\bwidgets?\b|\bdashboards?\b"),
    (Topic.CRITERIA, r"\bsuccess\b.*\b(?:criteria|metrics?|validation|measures?)\b"),
    (Topic.CRITERIA, r"\bacceptance criteria\b|\bcriteria (?:for|of) success\b"),
    (Topic.CRITERIA, r"\berfolgskriterien|\bcritères de (?:succès|réussite)|\bcriterios de éxito"),
    (
        Topic.CRITERIA,
        r"\bcritérios de sucesso|\bcriteri di successo|\bkryteria sukcesu|критерии успе",
    ),
    (Topic.CRITERIA, r"成功(?:标准|指标|基準)|성공 (?:기준|지표)|başarı kriterleri|معايير النجاح"),
    (Topic.APPROVALS, r"\bapprov(?:als?|ers?)\b|\bsign(?:ed)?[ -]?offs?\b|\bsignatures?\b"),
    (Topic.APPROVALS, r"\bfreigaben?\b|\bgenehmigung(?:en)?\b|\bunterschriften\b|\babnahme\b"),
    (Topic.APPROVALS, r"\bapprobations?\b|\baprobaci(?:ón|ones)\b|\baprovaç(?:ão|ões)\b"),
    (Topic.APPROVALS, r"\bapprovazion[ei]\b|\bfirm[ae]\b|\bassinaturas?\b|\bzatwierdzeni[ae]\b"),
    (Topic.APPROVALS, r"\bakceptacj[ae]\b|\bonay(?:lar)?\b|согласовани|утверждени|подпис"),
    (Topic.APPROVALS, r"审批|批准|签字|签核|承認|승인|الموافقات|الموافقة|التوقيعات"),
    (Topic.MESSAGES, r"\bcommunications?\b|\bnotifications?\b|\bannouncements?\b"),
    (
        Topic.MESSAGES,
        r"\bkommunikation\w*\b|\bbenachrichtigung\w*\b|\bcomunica(?:ción|ciones|ção|ções|"
        r"zion[ei])\b",
    ),
    (
        Topic.MESSAGES,
        r"\bkomunikac\w+\b|\bpowiadomieni\w+\b|\biletişim\b|коммуникац|уведомлени|оповест",
    ),
    (Topic.MESSAGES, r"沟通|通知|連絡|コミュニケーション|커뮤니케이션|공지|التواصل|الإشعارات"),
    (
        Topic.GATES,
        r"\bquality (?:gates?|checklist|checks?)\b|\bgates?\b|\bqualitäts(?:tore?|"
        r"gates?)\b",
    ),
    (
        Topic.TARGETS,
        r"\btargets?\b|\bslos?\b|\bzielwerte\b|целевые (?:показатели|значения)|目标值|"
        r"目標値",
    ),
    (
        Topic.METRICS,
        r"\bm[eé]tri(?:cs?|ques?|cas?)\b|\bkpis?\b|\bkennzahlen\b|\bmetriken\b|метрики|"
        r"指标|メトリクス|지표",
    ),
    (Topic.CHECKS, r"\bcheck ?lists?\b|\bprerequisites?\b|\bvoraussetzung(?:en)?\b|\bprérequis\b"),
    (
        Topic.CHECKS,
        r"\bpré-requisitos\b|\b(?:pre)?rrequisitos\b|\brequisitos previos\b|"
        r"\bprerequisiti\b",
    ),
    (
        Topic.CHECKS,
        r"\bwymagania wstępne\b|\bön koşullar\b|предварительные|前提|先决|先決|"
        r"사전 (?:조건|준비)|المتطلبات",
    ),
    (Topic.STEPS, r"\bsteps?\b|\bsequence\b|\brunbook\b|\bexecution\b|\bcut-?over\b"),
    (
        Topic.STEPS,
        r"\b(?:deployment|release|rollout|migration|upgrade|go-?live) (?:procedure|"
        r"process|instructions)\b",
    ),
    (
        Topic.STEPS,
        r"\bschritte\b|\bablauf\b|\bdurchführung\b|\bétapes\b|\bdéroulement\b|\bpasos\b|"
        r"\bpassos\b",
    ),
    (
        Topic.STEPS,
        r"\bpassi\b|\bpassaggi\b|\bkroki\b|\badımlar\w*\b|\bşablon adımları\b|шаги|этапы|"
        r"порядок (?:действий|выкладки)",
    ),
    (
        Topic.STEPS,
        r"\b(?:daten|datenbank)migration\b|\bmigration (?:plan|steps)\b|步骤|手順|절차|"
        r"단계|الخطوات|خطوات",
    ),
)
_TOPIC_PATTERNS = tuple((topic, re.compile(words)) for topic, words in _TOPICS)

_LIVE = r"(?:deploy\w*|releas\w*|launch\w*|go[ -]?live|production|rollout)"
_PHASES = (
    (
        "after",
        re.compile(
            rf"\b(?:post|after)[ -]?(?:the )?{_LIVE}|^after\b|^(?:nach (?:dem|der)|"
            rf"nachbereitung|après|"
            r"después|depois|pós|dopo|po wdrożeniu|после|sonrası)|(?:上线|发布|部署|"
            r"リリース|デプロイ)[后後]|배포 후|بعد"
        ),
    ),
    (
        "before",
        re.compile(
            rf"\b(?:pre|before)[ -]?(?:the )?{_LIVE}|^before\b|\bprerequisites?\b|"
            rf"^(?:vor (?:dem|der)|"
            r"vorbereitung|avant|antes|prima|przed|до |перед|öncesi)|(?:上线|发布|部署|"
            r"リリース|デプロイ)前|배포 전|قبل"
        ),
    ),
    (
        "during",
        re.compile(
            rf"\bduring\b|\b{_LIVE} (?:steps|execution|sequence|day)\b|^(?:während|"
            rf"pendant|durante|podczas|"
            r"во время)|배포 중|أثناء"
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Place:
    """`distance` is 0 when the label said the topic, 1 for the heading, more for those above."""

    topic: Topic | None
    distance: int
    phase: str | None


@lru_cache(maxsize=4096)
def topic_of(text: str) -> Topic | None:
    words = lowered(text[:LONGEST]).replace("_", " ")
    return next((topic for topic, pattern in _TOPIC_PATTERNS if pattern.search(words)), None)


@lru_cache(maxsize=4096)
def phase_of(text: str) -> str | None:
    words = lowered(text[:LONGEST]).replace("_", " ")
    return next((phase for phase, pattern in _PHASES if pattern.search(words)), None)


def place_of(texts: list[str]) -> Place:
    """Judge the words above a line, nearest first."""
    topic, distance = None, len(texts)
    for index, text in enumerate(texts):
        topic = topic_of(text)
        if topic is not None:
            distance = index
            break
    phase = next((found for found in map(phase_of, texts) if found), None)
    return Place(topic, distance, phase)
