"""The server: a thread for each connection, kept alive; a request is answered in the thread that read it."""

import contextlib
import logging
import socket
import threading

from siyu.engines.clickhouse.adapter import exchange
from siyu.engines.clickhouse.adapter.wire import Channel, ClientGoneError

_KEEP_ALIVE_SECONDS = 600  # clickhouse-connect itself renews a connection after ten minutes
_DRAIN_LIMIT = 16 << 20

log = logging.getLogger(__name__)


class Server:
    """Accepts on a listening socket until stopped."""

    def __init__(self, listener: socket.socket, service: exchange.Service) -> None:
        self._listener = listener
        self._service = service
        self._stopping = threading.Event()

    def run(self) -> None:
        """Accept until :meth:`stop`."""
        self._listener.settimeout(0.5)
        while not self._stopping.is_set():
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                if self._stopping.is_set():
                    return
                log.exception("clickhouse.accept_failed")
                self._stopping.wait(0.1)  # out of file descriptors: let some be closed
                continue
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def stop(self) -> None:
        """Stop accepting; requests under way go on."""
        self._stopping.set()

    def _serve(self, client: socket.socket) -> None:
        try:
            # Without it a small answer waits for the client's delayed acknowledgement: 21 queries/s instead of hundreds.
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.settimeout(_KEEP_ALIVE_SECONDS)
            channel = Channel(client)
            while not self._stopping.is_set():
                request = channel.next_request()
                exchange.answer(self._service, channel, request)
                if not request.keep_alive or not request.body.drain(_DRAIN_LIMIT):
                    return
        except ClientGoneError:
            pass
        except Exception:
            log.exception("clickhouse.request_failed")
        finally:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
            client.close()
