import pytest

from intake.roles import known_role, role_of


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Product Owner", "product_owner"),
        ("**PO**", "product_owner"),
        ("Technical Lead", "technical_lead"),
        ("Tech lead (backend)", "technical_lead"),
        ("Security team for posture", "security"),
        ("CISO", "security"),
        ("Operations Team", "operations"),
        ("DevOps Engineer", "operations"),
        ("SRE", "operations"),
        ("Business stakeholders", "business"),
        ("the stakeholders", "business"),
        ("Fachbereich", "business"),
    ],
)
def test_usual_words_name_the_portals_roles(text: str, key: str) -> None:
    assert role_of(text).key == key


@pytest.mark.parametrize("text", ["CTO", "Legal & Compliance", "Opsgenie admin", "Police", ""])
def test_other_roles_are_kept_by_name(text: str) -> None:
    assert known_role(text) is None
    assert (role_of(text).title, role_of(text).known) == (text, False)
