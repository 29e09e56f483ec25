"""What the columns of a table hold, told by their titles in a dozen languages."""

import re
from enum import StrEnum

from markdown_it.token import Token

from intake.blocks import lowered, plain


class Column(StrEnum):
    ROLE = "role"
    SIGNATURE = "signature"
    DATE = "date"
    PERSON = "person"
    OWNER = "owner"
    DUE = "due"
    STATUS = "status"
    WARNING = "warning"
    CRITICAL = "critical"
    LIMIT = "limit"
    DURATION = "duration"
    METRIC = "metric"
    KEY = "key"
    VALUE = "value"
    NUMBER = "number"
    CONTACT = "contact"
    COMMAND = "command"


# Asked in this order; the first that fits a title is its column.
_TITLES: tuple[tuple[Column, str], ...] = (
    (Column.NUMBER, r"#|no\.?|nr\.?|n[°º]|№|id|step ?#|序号|编号|番号|번호"),
    (Column.SIGNATURE,
        r".*(?:\bsign(?:ature|ed|[ -]?off)|unterschrift|firma\b|assinatura|podpis|"
        r"подпись|签名|签字|署名|서명|imza|التوقيع|توقيع).*"),
    (Column.DATE, r"(?:.*\b(?:date|datum|fecha|data|tarih)\b.*)|дата.*|日期|日付|날짜|التاريخ"),
    (Column.CONTACT,
        r".*(?:contact|phone|e-?mail|slack|pager|telefon|kontakt|contacto|contatto|"
        r"контакт|联系|連絡|연락).*"),
    (Column.ROLE,
        r"(?:.*\b(?:roles?|approvers?|rolle|rôle|rol|ruolo|função|papel|rola|"
        r"genehmiger)\b.*)|роль|角色|役割|역할|الدور|审批人|承認者|승인자"),
    (Column.OWNER,
        r".*(?:\bowner\b|\bresponsible\b|\bassign(?:ee|ed)|\bwho\b|\bdri\b|"
        r"verantwortlich|zuständig|responsable|responsável|responsabile|odpowiedzialn|"
        r"ответственн|负责人|担当|담당|sorumlu|المسؤول).*"),
    (Column.PERSON,
        r"(?:full )?name|nom|nombre|nome|imię.*|имя|姓名|氏名|이름|ad(?: soyad)?|الاسم|"
        r"person|approved by|approver name"),
    (Column.DURATION,
        r".*(?:\bduration\b|\bwindow\b|\bfor how long\b|dauer|durée|duración|duração|"
        r"durata|длительность|持续|期間).*"),
    (Column.DUE,
        r".*(?:\bwhen\b|\btim(?:e|ing)\b|\bdue\b|\bdeadline\b|\bt[ -]?minus\b|zeitpunkt|"
        r"\bzeit\b|wann|termin|\bquand\b|moment|échéance|cuándo|\bhora|quando|prazo|"
        r"scadenza|kiedy|когда|срок|время|时间|時間|日時|タイミング|시간|시점|zaman|"
        r"الوقت|موعد).*"),
    (Column.STATUS,
        r".*(?:\bstat(?:us|e)\b|\bdone\b|\bchecked\b|\bcomplete|\bresult|\bpass|\bok\b|"
        r"\bverified\b|\bapproved?\b|\bdecision\b|erledigt|ergebnis|statut|fait\b|estado|"
        r"hecho|stato|fatto|situação|feito|wynik|zrobione|статус|готово|状态|完成|状態|"
        r"結果|상태|완료|durum|tamam|الحالة).*|✓|✔|☑|✅|\[ ?\]"),
    (Column.WARNING, r".*(?:\bwarn).*"),
    (Column.CRITICAL, r".*(?:\bcrit).*"),
    (Column.METRIC,
        r".*(?:\bmetri[ckq]|\bindicator|\bkpi\b|\bsignal\b|\bmeasure\b|kennzahl|"
        r"indicateur|indicador|indicatore|wskaźnik|метрика|показатель|指标|指標|メトリ|"
        r"지표|gösterge|المؤشر).*"),
    (Column.LIMIT,
        r".*(?:\bthreshold|\blimit|\btarget|\bgoal\b|\bslo\b|\btrigger\b|\bcondition\b|"
        r"schwell|grenzwert|ziel|seuil|objectif|umbral|objetivo|límite|soglia|limiar|"
        r"próg|порог|цель|阈值|目标|閾値|しきい値|目標|임계|목표|eşik|hedef|العتبة).*"),
    (Column.COMMAND, r".*(?:\bcommand|\bbefehl|\bcommande|\bcomando|команда|命令|コマンド|명령).*"),
    (Column.KEY, r"field|key|property|attribute|parameter|feld|champ|campo|поле|字段|項目|항목"),
    (Column.VALUE,
        r"value|details?|wert|valeur|valor|valore|wartość|значение|值|值得|内容|값|değer"),
)  # fmt: skip
_PATTERNS = tuple((column, re.compile(words)) for column, words in _TITLES)
LONGEST = 80


def columns(header: tuple[str, ...]) -> dict[Column, int]:
    """The place of each column that is known; of two with one meaning the first counts."""
    found: dict[Column, int] = {}
    for place, title in enumerate(header):
        column = column_of(title)
        if column is not None:
            found.setdefault(column, place)
    return found


def titled(header: tuple[str, ...], column: Column) -> tuple[int, ...]:
    """The places of all columns of one meaning, such as “Result” and “Status”."""
    return tuple(place for place, title in enumerate(header) if column_of(title) is column)


def column_of(title: str) -> Column | None:
    words = lowered(plain(title)[:LONGEST]).strip(" *_?:")
    return next((column for column, pattern in _PATTERNS if pattern.fullmatch(words)), None)


def cells_of(tokens: list[Token], index: int) -> tuple[str, ...]:
    """The cells of the row that opens at this token."""
    cells: list[str] = []
    for place in range(index + 1, len(tokens)):
        token = tokens[place]
        if token.type == "tr_close":
            break
        if token.type == "inline":
            cells.append(token.content.strip())
    return tuple(cells)
