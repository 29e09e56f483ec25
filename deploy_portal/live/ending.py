"""Hear of the end before the server waits for it.

uvicorn tells an application that it stops only after all answers are complete, and a stream
never is. So whoever asks the process to end is heard first, and the server afterwards.
"""

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


def before_ending(act: Callable[[], None]) -> None:
    """Have `act` called in this event loop when the process is asked to end; main thread only."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        following = signal.getsignal(number)
        if not callable(following):
            continue

        def first(number: int, frame: FrameType | None, following: Callable = following) -> None:
            loop.call_soon_threadsafe(act)
            following(number, frame)

        signal.signal(number, first)
