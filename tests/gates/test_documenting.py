from django.conf import settings

from gates.documenting import BEGINS, page
from gates.kinds import KINDS


def test_page_about_gates_says_what_the_kinds_declare():
    written = (settings.BASE_DIR / "docs" / "gates.md").read_text(encoding="utf-8")
    made = written[written.index(BEGINS) :]
    assert made.strip() == page().strip()
    assert [kind for kind in KINDS if f'<a id="{kind}"></a>' not in made] == []
