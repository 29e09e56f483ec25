"""Pictures for mails: what they show, the same each time, and who loads what draws."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from io import BytesIO

import pytest
from django.conf import settings
from PIL import Image

from monitoring import drawing
from monitoring.figures import Band, Picture

RED, BLUE = (176, 42, 42), (31, 95, 191)
PICTURE = Picture(
    name="hit-rate-1", title="Hit rate", unit="%", words="Hit rate: now 90 %.", until=24,
    hours=(0, 8, 16, 24), mean=(92, 88, 71, 90), low=(91, 85, 65, 89), high=(93, 90, 80, 91),
    bands=(Band(70, is_above=False, is_critical=True),), marks=((12, "Roll back?"),),
)  # fmt: skip


def image(picture: Picture) -> Image.Image:
    with Image.open(BytesIO(drawing.png(picture))) as found:
        assert (found.format, found.size) == ("PNG", (1120, 320))
        assert not {"Software", "date:create", "Creation Time"} & set(found.info)
        return found.convert("RGB")


def close_to(drawn: Image.Image, colour: tuple[int, int, int]) -> int:
    """How many points of the picture have about this colour."""
    near = [
        count
        for count, found in drawn.getcolors(1 << 20) or []
        if isinstance(found, tuple)
        and max(abs(a - b) for a, b in zip(found, colour, strict=True)) < 24
    ]
    return sum(near)


def test_picture_shows_the_line_and_the_limit_on_a_light_sheet() -> None:
    drawn = image(PICTURE)
    assert close_to(drawn.crop((0, 0, 40, 20)), (248, 250, 252)) == 800
    assert close_to(drawn, BLUE) > 1000
    assert close_to(drawn, RED) > 1000
    assert close_to(image(replace(PICTURE, bands=())), RED) == 0


def test_same_numbers_are_the_same_bytes_and_others_are_not() -> None:
    again = replace(PICTURE)
    assert drawing.png.__wrapped__(PICTURE) == drawing.png.__wrapped__(again)
    assert drawing.png(replace(PICTURE, until=48)) != drawing.png(PICTURE)


@pytest.mark.parametrize(
    "odd",
    [
        replace(PICTURE, until=0, hours=(0,), mean=(0,), low=(0,), high=(0,), bands=(), marks=()),
        replace(PICTURE, mean=(-5e30,) * 4, low=(-1e31,) * 4, high=(5e30,) * 4, unit="ms"),
        replace(
            PICTURE,
            until=0.2,
            hours=(0, 0.05, 0.1, 0.2),
            mean=(3e6,) * 4,
            low=(3e6,) * 4,
            high=(3e6,) * 4,
        ),
    ],
    ids=["one value", "far apart", "a few minutes"],
)
def test_picture_is_drawn_of_whatever_was_measured(odd: Picture) -> None:
    assert close_to(image(odd), BLUE) > 10


def test_no_web_process_loads_the_library_that_draws() -> None:
    """Every page and the sender's hint are there; what draws is not."""
    code = (
        "import sys, django; django.setup();"
        "from django.urls import get_resolver; import deploy_portal.asgi;"
        "assert get_resolver().url_patterns;"
        "print(sorted({'matplotlib', 'PIL', 'numpy', 'reportlab'} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "deploy_portal.settings"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (found.stdout, found.returncode) == ("[]\n", 0), found.stderr
