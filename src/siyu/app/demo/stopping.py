"""A fill that Ctrl-C ends at once, and that ends the program as well."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interruptible() -> Iterator[threading.Event]:
    """Within the block SIGINT and SIGTERM reach whoever handled them before, and end the block.

    Also tells whether one came: an exception that is raised while some C code looks for an attribute goes unheard.
    """
    told = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield told
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def stop(number: int, frame: FrameType | None) -> None:
        told.set()
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)
        raise KeyboardInterrupt

    for number in before:
        signal.signal(number, stop)
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_if(told: threading.Event) -> None:
    """Raise KeyboardInterrupt where it was told."""
    if told.is_set():
        raise KeyboardInterrupt
