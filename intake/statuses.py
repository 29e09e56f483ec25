"""Words and signs for a state in a table: done, not done, or none of them; empty is not done."""

import re

from intake.blocks import Box, plain
from intake.boxes import box_in_cell

_DONE = re.compile(
    r"(?:✅|✔|✓|☑|🟢|x|ok(?:ay)?|done|yes|y|complet\w*|finished|pass(?:ed|es)?|approved|signed|"
    r"verified|ready|green|go|success(?:ful)?|erledigt|fertig|ja|bestanden|genehmigt|fait|terminé|"
    r"oui|validé|approuvé|hecho|listo|completad[oa]|sí|aprobado|feito|concluíd[oa]|sim|aprovado|"
    r"fatto|completat[oa]|approvato|zrobione|gotowe|tak|zatwierdzon[eoy]|готово|выполнено|сделано|"
    r"да|пройдено|完成|已完成|通过|是|完了|済み?|合格|承認済み?|완료|승인|"
    r"tamam(?:landı)?|evet|تم|نعم|مكتمل)"
)
_OPEN = re.compile(
    r"(?:❌|✗|✘|⬜|⏳|🔴|🟡|🔄|🚧|open|to ?do|pending|no|n|not (?:done|started|ready|"
    r"approved|complete)|"
    r"in progress|wip|blocked|failed|fail|waiting|tbd|offen|ausstehend|nein|in arbeit|en cours|"
    r"à faire|en attente|non|pendiente|en curso|no iniciado|pendente|em andamento|não|"
    r"in sospeso|in corso|da fare|oczekuje|w toku|nie|do zrobienia|в работе|ожидает|нет|"
    r"не начато|未完成|待定|进行中|未开始|否|待审批|未着手|進行中|未完了|未|대기|"
    r"진행 중|미완료|bekliyor|"
    r"devam ediyor|hayır|قيد الانتظار|لا|قيد التنفيذ)"
)
_BLANK = re.compile(
    r"[\s_.…\-–—/\\|*]*|tbd|tba|n/?a|pending|\[[^\]]{0,40}\]|<[^>]{0,40}>|\(.{0,40}\)"
)
LONGEST = 80


def state_of(cell: str) -> Box | None:
    """The state that a cell says by a box, a sign or a word; None when it says something else."""
    boxed = box_in_cell(cell)
    if boxed is not None:
        return boxed.box
    words = plain(cell)[:LONGEST].lower().replace("\ufe0f", "").strip(" .!_*")
    first = words.split(" ", 1)[0] if words else ""
    for text in (words, words.lstrip("✅✔✓❌⏳🟢🔴🟡🔄⬜ "), first):
        if text and _OPEN.fullmatch(text):
            return Box.OPEN
        if text and _DONE.fullmatch(text):
            return Box.DONE
    return None


def is_blank(cell: str) -> bool:
    """Nothing, a line to write on, or a place holder."""
    return _BLANK.fullmatch(plain(cell)[:LONGEST].lower().strip()) is not None
