"""From the words for a role to the portal's key; an unknown role is kept by its name."""

import re
from dataclasses import dataclass

from intake.blocks import lowered, plain, slug

LONGEST = 80

# Asked in this order; a whole-word match at the start of the text decides.
_WORDS: tuple[tuple[str, str], ...] = (
    ("product_owner", r"product (?:owner|manager|lead|team)|product management|po|pm"),
    (
        "product_owner",
        r"produktverantwortliche[rn]?|produkt(?:eigner|manager)(?:in)?|chef de produit",
    ),
    ("product_owner", r"responsable (?:de )?produ(?:it|cto)|dueño del? producto|dono do produto"),
    ("product_owner", r"gerente de produto|responsabile (?:del |di )?prodotto|właściciel produktu"),
    (
        "product_owner",
        r"владелец продукта|продакт\w*|менеджер продукта|ürün sahibi|ürün yöneticisi",
    ),
    (
        "technical_lead",
        r"(?:tech|technical|engineering|development|dev|team) (?:lead|leader|head|"
        r"manager)",
    ),
    (
        "technical_lead",
        r"lead (?:engineer|developer|dev)|(?:solutions? |software |chief )?architect|tl",
    ),
    (
        "technical_lead",
        r"technische[rn]? leit(?:ung|er|erin)|entwicklungsleit(?:ung|er)|"
        r"líder t[ée]cnic[oa]",
    ),
    (
        "technical_lead",
        r"responsable technique|lead technique|responsable técnico|responsável técnico",
    ),
    ("technical_lead", r"responsabile tecnico|kierownik techniczny|lider techniczny|teknik lider"),
    ("technical_lead", r"технический (?:руководитель|лид|директор)|тимлид|техлид"),
    (
        "security",
        r"(?:information |it |cyber ?|app(?:lication)? )?security(?: (?:team|officer|"
        r"lead|engineer|review|architect))?",
    ),
    ("security", r"infosec|ciso|devsecops|appsec|it-sicherheit|sicherheit(?:sbeauftragte[rn]?)?"),
    (
        "security",
        r"(?:équipe )?sécurité|(?:equipo de )?seguridad|(?:equipe de )?segurança|"
        r"sicurezza",
    ),
    ("security", r"bezpieczeństwo|безопасность|(?:служба|отдел) безопасности|güvenlik(?: ekibi)?"),
    ("operations", r"(?:it )?operations?(?: (?:team|lead|manager|engineer))?|dev ?ops(?: \w+)?"),
    (
        "operations",
        r"ops(?: (?:team|lead))?|sre(?: (?:team|lead))?|(?:platform|infra) (?:team|lead)",
    ),
    (
        "operations",
        r"infrastructure(?: team)?|it-betrieb|betrieb|exploitation|operaciones|operações",
    ),
    (
        "operations",
        r"operazioni|esercizio|utrzymanie|operacje|эксплуатация|(?:служба|"
        r"отдел) эксплуатации",
    ),
    (
        "operations",
        r"operasyon(?: ekibi)?|system ?administrators?|sysadmin|release (?:engineer|"
        r"engineering)",
    ),
    (
        "business",
        r"business (?:stakeholders?|owner|sponsor|lead|team|users?|analyst)|stakeholders?",
    ),
    ("business", r"(?:executive |project )?sponsor|fachbereich|métier|negocio|negócios?|business"),
    ("business", r"biznes|бизнес(?:-заказчик)?|заказчик|iş birimi|auftraggeber(?:in)?"),
)
# Languages that write no blanks between words or add endings to them.
_BEGINNINGS: tuple[tuple[str, str], ...] = (
    (
        "product_owner",
        r"产品(?:负责人|经理)|產品(?:負責人|經理)|プロダクト(?:オーナー|マネージャー)|"
        r"제품 ?(?:책임자|관리자|오너)|مالك المنتج|مدير المنتج",
    ),
    (
        "technical_lead",
        r"技术(?:负责人|经理|主管)|技術(?:責任者|リード|リーダー|負責人)|テックリード|"
        r"기술 ?(?:책임자|리드|팀장)|القائد التقني|المسؤول التقني",
    ),
    (
        "security",
        r"(?:信息)?安全(?:负责人|团队|部)?|セキュリティ|(?:정보)?보안|فريق الأمن|الأمن|"
        r"مسؤول الأمن",
    ),
    ("operations", r"运维|運維|運用|インフラ|운영|인프라|العمليات|فريق العمليات|فريق التشغيل"),
    ("business", r"业务|業務|事業|ビジネス|비즈니스|현업|사업|الأعمال|أصحاب المصلحة"),
)
_PATTERNS = (
    *((key, re.compile(rf"(?:the )?(?:{words})s?\b")) for key, words in _WORDS),
    *((key, re.compile(words)) for key, words in _BEGINNINGS),
)


@dataclass(frozen=True, slots=True)
class Role:
    """`known` says that the key is one of the portal's own sign-off roles."""

    key: str
    title: str
    known: bool


def role_of(text: str) -> Role:
    """Name the role that a text is; what is not known gets a key made of its own words."""
    return known_role(text) or Role(slug(text), plain(text)[:LONGEST], known=False)


def known_role(text: str) -> Role | None:
    """The role that a text is or starts with, if it is a known one; the title stays as written."""
    title = plain(text)[:LONGEST]
    for key, pattern in _PATTERNS:
        if pattern.match(lowered(title)):
            return Role(key, title, known=True)
    return None
