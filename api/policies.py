"""Who may give machines a key to a service?"""

from deployments.enums import Right
from deployments.exceptions import Refused
from deployments.policies import Rights, refusal_without


def refusal_to_manage(rights: Rights) -> Refused | None:
    return refusal_without(rights, Right.EDIT, "issue and revoke tokens")
