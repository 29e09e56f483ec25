"""A picture of a metric as PNG: the same bytes for the same numbers.

Only what sends mail imports this, since it loads a plotting library; no page does. Nothing that a
person typed is drawn: names stand in the mail beside the picture, in any script.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from math import isnan

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from PIL import Image

from monitoring.figures import Picture

# As it stands in a mail; twice as many pixels, so that it is sharp on every screen.
WIDTH, HEIGHT, SCALE = 560, 160, 2
POINTS_PER_INCH = 72
# Left, bottom, width and height as shares of the sheet; above it stand the words of the marks.
PLACE = (0.11, 0.165, 0.845, 0.715)
COLOURS = 96
# A light sheet of its own, which can be read on a dark one.
SHEET, GRID, SOFT, INK, LINE = "#f8fafc", "#dde3ea", "#5b6775", "#17202b", "#1f5fbf"
WARNING, CRITICAL = "#b7791f", "#b02a2a"
MARGIN = 0.08
SIZES = ((1e9, "G"), (1e6, "M"))
# Below it the time axis counts minutes.
FEW_HOURS = 2
# Its fonts are shared by all threads of a process.
_pen = threading.Lock()


@lru_cache(maxsize=32)
def png(picture: Picture) -> bytes:
    """Readers of one message share it, and so do the batches in which they are written to."""
    with _pen:
        sheet = Figure(
            figsize=(WIDTH / POINTS_PER_INCH, HEIGHT / POINTS_PER_INCH),
            dpi=POINTS_PER_INCH * SCALE,
            facecolor=SHEET,
        )
        canvas = FigureCanvasAgg(sheet)
        axes = sheet.add_axes(PLACE)
        _frame(axes, picture)
        _shade(axes, picture)
        _curve(axes, picture)
        _marks(axes, picture)
        canvas.draw()  # type: ignore[no-untyped-call]
        points = bytes(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
        whole = Image.frombytes("RGBA", canvas.get_width_height(), points)
    drawn = BytesIO()
    # Few colours make a third of the bytes, and no name or time is written among them.
    whole.convert("RGB").quantize(COLOURS).save(drawn, "PNG", optimize=True)
    return drawn.getvalue()


def _pace(picture: Picture) -> int:
    """How many units of the time axis an hour has."""
    return 60 if picture.until < FEW_HOURS else 1


def _frame(axes: Axes, picture: Picture) -> None:
    unit = "min" if _pace(picture) > 1 else "h"
    axes.set_facecolor(SHEET)
    axes.set_xlim(0, max(picture.until * _pace(picture), 1))
    axes.set_ylim(*_range(picture))
    axes.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 3, 6, 10], integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{at:g} {unit}"))
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda number, _: f"{_short(number)} {picture.unit}".rstrip())
    )
    axes.tick_params(colors=SOFT, labelsize=9, length=0, pad=5)
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)


def _range(picture: Picture) -> tuple[float, float]:
    """Every value and every limit, so that one sees how far they are from each other."""
    drawn = [one for one in (*picture.low, *picture.high) if not isnan(one)]
    found = [*drawn, *(band.edge for band in picture.bands)]
    lowest, highest = min(found), max(found)
    margin = (highest - lowest) * MARGIN or abs(highest) * MARGIN or 1
    # What is never negative is not drawn as if it could be.
    bottom = lowest - margin if lowest < 0 else max(lowest - margin, 0)
    return bottom, highest + margin


def _shade(axes: Axes, picture: Picture) -> None:
    bottom, top = axes.get_ylim()
    for band in picture.bands:
        colour = CRITICAL if band.is_critical else WARNING
        axes.axhspan(
            band.edge, top if band.is_above else bottom, color=colour, alpha=0.12, linewidth=0
        )
        axes.axhline(band.edge, color=colour, linewidth=1)


def _curve(axes: Axes, picture: Picture) -> None:
    at = _scaled(picture.hours, _pace(picture))
    axes.fill_between(at, picture.low, picture.high, color=LINE, alpha=0.2, linewidth=0)
    marker = "o" if len(at) == 1 else ""
    axes.plot(at, picture.mean, color=LINE, linewidth=1.6, marker=marker, markersize=4)


def _marks(axes: Axes, picture: Picture) -> None:
    """What happened meanwhile; the words stand above, on the side that has room."""
    _, right = axes.get_xlim()
    for hour, text in picture.marks:
        at = hour * _pace(picture)
        is_late = at > right / 2
        axes.axvline(at, color=INK, linewidth=1, linestyle=(0, (3, 3)), clip_on=False)
        axes.annotate(
            text, (at, 1), xycoords=axes.get_xaxis_transform(), xytext=(0, 3),
            textcoords="offset points", ha="right" if is_late else "left", va="bottom",
            fontsize=9, color=INK,
        )  # fmt: skip


def _short(number: float) -> str:
    """As the axis says it, so that it does not stick out."""
    for size, letter in SIZES:
        if abs(number) >= size:
            return f"{number / size:.5g}{letter}"
    return f"{number:.6g}"


def _scaled(hours: Sequence[float], pace: int) -> list[float]:
    return [hour * pace for hour in hours]
