from __future__ import annotations

import pytest

from accounts.sealing import Unreadable, seal, unseal

TEXT = "whsec_" + "ü" * 40


def test_sealed_text_comes_back_and_is_not_in_what_is_kept():
    sealed = seal(TEXT)
    assert unseal(sealed) == TEXT
    assert "whsec" not in sealed
    assert seal(TEXT) != sealed


@pytest.mark.parametrize("change", [lambda one: one[:-4] + "AAA=", lambda one: "", lambda one: "x"])
def test_changed_text_is_not_read(change):
    with pytest.raises(Unreadable):
        unseal(change(seal(TEXT)))


def test_another_key_of_the_portal_does_not_open_it(settings):
    sealed = seal(TEXT)
    settings.SECRET_KEY = "another one of the portal's keys"
    with pytest.raises(Unreadable):
        unseal(sealed)


def test_earlier_key_still_opens_it(settings):
    sealed, settings.SECRET_KEY_FALLBACKS = seal(TEXT), [settings.SECRET_KEY]
    settings.SECRET_KEY = "another one of the portal's keys"
    assert unseal(sealed) == TEXT
    assert unseal(seal("new")) == "new"


def test_key_of_the_box_is_not_the_one_that_signs(settings):
    """A key used for two things would tell of one what is known of the other."""
    from base64 import urlsafe_b64encode
    from hashlib import sha256

    from cryptography.fernet import Fernet, InvalidToken

    plain = urlsafe_b64encode(sha256(settings.SECRET_KEY.encode()).digest())
    with pytest.raises(InvalidToken):
        Fernet(plain).decrypt(seal(TEXT).encode())
