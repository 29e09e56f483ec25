"""When something is due: an anchor of the deployment and seconds after it (before is minus).

Weekdays, dates and times of the day are no moments; they stay text.
"""

import re
from dataclasses import dataclass

from intake.blocks import plain

LONGEST = 120
MINUTE, HOUR, DAY, WEEK = 60, 3600, 86400, 604800
_UNIT_WORDS = (
    (WEEK,
        r"w|wks?|weeks?|wochen?|semaines?|semanas?|settiman[ae]|tydzień|tygodni[ea]?|"
        r"недел\w*|周|週間?|星期|주|hafta|أسبوع|أسابيع"),
    (DAY,
        r"d|days?|business days?|tag(?:en?)?|jours?|j|días?|dias?|giorn[oi]|dni|dzień|"
        r"дн\w*|день|天|日|일|gün|يوم|أيام"),
    (HOUR,
        r"h|hrs?|hours?|std\.?|stunden?|heures?|horas?|or[ae]|godz\.?|godzin[ya]?|час\w*|"
        r"ч|小时|小時|時間|시간|saat|ساعة|ساعات"),
    (MINUTE,
        r"m|mins?|minutes?|minuten?|minutos?|minut[oiya]?|мин\w*|分钟|分鐘|分|분|dakika|"
        r"dk|دقيقة|دقائق"),
)  # fmt: skip
_UNITS = tuple((seconds, re.compile(words)) for seconds, words in _UNIT_WORDS)
_UNIT = "|".join(words for _, words in _UNIT_WORDS)
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "seven": 7,
            "eine": 1, "einen": 1, "zwei": 2, "une": 1, "un": 1, "una": 1, "uma": 1}  # fmt: skip
_NUMBER = r"(?:\d{1,4}(?:[.,]5)?|" + "|".join(_NUMBERS) + r")"
_LENGTH = rf"(?P<n>{_NUMBER})\s*-?\s*(?P<unit>{_UNIT})(?![^\W_])\.?"
_BEFORE = r"before|prior|ahead|vorher|vor|davor|avant|antes|prima|przed|до|önce|قبل"
_AFTER = (
    r"after|post|following|later|nachher|nach|danach|après|después|depois|dopo|po|после|"
    r"спустя|sonra|بعد"
)
_RELATIVE = re.compile(rf"{_LENGTH}\s*(?:(?P<before>{_BEFORE})|(?P<after>{_AFTER}))(?!\w)")
_LEADING = re.compile(rf"(?<!\w)(?:(?P<before>vor|за|قبل)|(?P<after>nach|через|بعد))\s+{_LENGTH}")
_EAST = re.compile(
    r"(?P<n>\d{1,4})\s*(?:个)?(?P<unit>小时|小時|時間|시간|分钟|分鐘|分|분|天|日|"
    r"일|周|週間|주)\s*(?:(?P<before>之?前|전)|(?P<after>之?[后後]|후))"
    r"|提前\s*(?P<n2>\d{1,4})\s*(?:个)?(?P<unit2>小时|小時|分钟|分鐘|天|日|周)"
)
_LETTER = (
    r"(?<![^\W\d_])(?P<letter>[tdhjgд]|day|tag|jour|week|woche|go-?live|launch|"
    r"deploy(?:ment)?|т)"
)
_SIGNED = re.compile(
    rf"{_LETTER}[ -]?0?\s*(?P<sign>[-+−–—]|minus|plus)\s*(?P<n>\d{{1,4}})"
    rf"(?::(?P<minutes>[0-5]\d))?\s*(?P<unit>{_UNIT})?(?![^\W_])"
)
_BARE_SIGNED = re.compile(rf"(?P<sign>[-+−–])\s*(?P<n>\d{{1,4}})\s*(?P<unit>{_UNIT})(?![^\W_])")
_DAY_ZERO = re.compile(
    r"(?:day|week|tag|jour) ?0|launch day|go-?live day|release day|deployment day|d-?day|"
    r"jour j|día d|dia d"
)
_START = re.compile(
    r"\b(?:start(?:s|ed|ing)?|begin(?:s|ning)?|kick[ -]?off|beginn|début|inicio|início|"
    r"inizio|rozpoczęci\w+|начал\w+|başlangı\w+)\b|开始|開始|시작|البدء|بدء"
)
_COMPLETE = re.compile(
    r"\b(?:complet\w*|finish(?:ed)?|done|end(?:s|ed)?|success(?:ful)?|abschluss|ende|fin|"
    r"terminé|finaliza\w*|conclus\w+|fine|zakończeni\w+|заверш\w+|окончани\w+|"
    r"tamamlan\w+)\b|完成|終了|结束|완료|종료|الانتهاء|اكتمال"
)
_AT_T0 = re.compile(
    r"(?:at )?(?:t[ -]?0|t|t-?zero|d-?0|h-?0|j-?0|go-?live|at deployment|deployment time)"
)
_ZERO = re.compile(r"(?:at )?(?:[tdhj][ -]?0|t-?zero|(?:day|week|tag|jour) 0|d-day|jour j)")


@dataclass(frozen=True, slots=True)
class Moment:
    anchor: str
    offset: int


def moment(text: str) -> Moment | None:
    """Read “24h before”, “T-2h”, “D+1”, “Deployment start”, “30 minutes after completion”."""
    words = _words(text)
    found = _relative(words) or _signed(words)
    if found is not None:
        return found
    if _AT_T0.fullmatch(words) or _DAY_ZERO.fullmatch(words):
        return Moment("t0", 0)
    if _START.search(words):
        return Moment("start", 0)
    return Moment("complete", 0) if _COMPLETE.search(words) else None


def exact_moment(text: str) -> Moment | None:
    """A moment with a number; words such as “start” or “go-live” alone are none."""
    words = _words(text)
    if _ZERO.fullmatch(words):
        return Moment("t0", 0)
    return _relative(words) or _signed(words)


def _words(text: str) -> str:
    return plain(text[:LONGEST]).lower().strip(" :：.*_")


def _relative(words: str) -> Moment | None:
    east = _EAST.search(words)
    found = _RELATIVE.search(words) or _LEADING.search(words)
    if east is not None:
        number, unit = east["n"] or east["n2"], east["unit"] or east["unit2"]
        is_before = east["after"] is None
    elif found is not None:
        number, unit, is_before = found["n"], found["unit"], found["before"] is not None
    else:
        return None
    seconds = _seconds(number, unit)
    return Moment(_anchor(words, is_before), -seconds if is_before else seconds)


def _signed(words: str) -> Moment | None:
    found = _SIGNED.search(words)
    bare = None if found else _BARE_SIGNED.match(words)
    if found is None and bare is None:
        return None
    sign, number = (found or bare)["sign"], (found or bare)["n"]  # type: ignore[index]
    if found is None:
        seconds = _seconds(number, bare["unit"])  # type: ignore[index]
    elif found["minutes"]:
        seconds = int(number) * HOUR + int(found["minutes"]) * MINUTE
    else:
        seconds = _seconds(number, found["unit"] or _unit_of(found["letter"]))
    return Moment("t0", seconds if sign in ("+", "plus") else -seconds)


def _unit_of(letter: str) -> str:
    """“D-2” counts days, “T-2” hours, “Week -1” weeks."""
    if letter in ("week", "woche"):
        return "w"
    return "h" if letter in ("t", "т", "h") else "d"


def _seconds(number: str, unit: str) -> int:
    value = float(_NUMBERS.get(number, 0)) or float(number.replace(",", "."))
    return int(value * next(seconds for seconds, words in _UNITS if words.fullmatch(unit)))


def _anchor(words: str, is_before: bool) -> str:
    """What is before is before T0, also “before start”: nobody knows the start until it comes."""
    if is_before:
        return "t0"
    return "start" if _START.search(words) else "complete"
