"""`embodied serve llm`: the application on a port."""

import socket

from embodied.core.errors import ConfigError
from planners.llm.types import LlmClient


class LlmServer:
    """Serves a model over HTTP until interrupted.

    Args:
        client: The model; one of this process, since a server need not be served again.
        host: Address to listen on; the machine's own by default, as there is no key.
        port: Port; 0 takes a free one.
        max_body_mib: Longest request, in MiB.
    """

    def __init__(
        self,
        client: LlmClient,
        *,
        host: str = "127.0.0.1",
        port: int = 8001,
        max_body_mib: float = 8.0,
    ) -> None:
        self._client = client
        self._host = host
        self._port = port
        self._max_body_bytes = int(max_body_mib * (1 << 20))

    def serve(self) -> None:
        """Serve until interrupted.

        Raises:
            ConfigError: If a package is missing or the port is taken.
        """
        try:
            import uvicorn
        except ImportError as error:
            raise ConfigError(
                f'A server needs {error.name}: pip install "embodied[llm]"'
            ) from error
        from planners.llm.server.app import application

        app = application(self._client, max_body_bytes=self._max_body_bytes)
        listening = self._listen()
        address = f"http://{self._host}:{listening.getsockname()[1]}/v1"
        print(f"Serving {self._client.name} on {address} (Ctrl-C ends it). A planner asks it with")
        print(f"  embodied plan '...' planner=asked_once llm=served llm.base_url={address}", end="")
        print(f" llm.model={self._client.name}", flush=True)
        config = uvicorn.Config(app, log_level="warning", access_log=False)
        uvicorn.Server(config).run(sockets=[listening])

    def _listen(self) -> socket.socket:
        try:
            return socket.create_server((self._host, self._port))
        except OSError as error:
            raise ConfigError(
                f"Cannot listen on {self._host}:{self._port}: {error.strerror}. "
                "server.port=0 takes a free port."
            ) from error
