"""Words in addresses: what somebody has on a service, and who has it."""


class PartConverter:
    regex = r"(?:role:)?[-a-zA-Z0-9_]{1,60}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return str(value)


class HolderConverter(PartConverter):
    regex = r"(?:person|team):[0-9]{1,18}"
