from tests.communications.conftest import witness

__all__ = ["witness"]
