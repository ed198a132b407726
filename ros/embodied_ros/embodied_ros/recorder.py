"""One MCAP file a goal: what the agent heard, said and sent."""

import datetime
import time
from pathlib import Path
from typing import Any

from rclpy.serialization import serialize_message

from embodied.core.errors import EmbodiedError
from embodied.runtime.robot.recording import McapRecorder
from embodied_ros.definitions import definition, type_name


class Recording:
    """Writes while it is open; what goes wrong is logged and ends no goal.

    Args:
        logger: The node's.
    """

    def __init__(self, logger: Any) -> None:
        self._logger = logger
        self._recorder: McapRecorder | None = None

    @property
    def path(self) -> str:
        """The file being written; empty while there is none."""
        recorder = self._recorder
        return "" if recorder is None else str(recorder.path)

    @property
    def dropped(self) -> int:
        """Messages that this file lost."""
        recorder = self._recorder
        return 0 if recorder is None else recorder.dropped

    def open(self, folder: str) -> None:
        """Begin a file in a folder, unless one is open or the folder's name is empty."""
        if not folder or self._recorder is not None:
            return
        stamp = datetime.datetime.now().strftime("%Y-%m-%d_%H-%M-%S-%f")
        try:
            self._recorder = McapRecorder(Path(folder) / f"{stamp}.mcap", definition=definition)
        except (EmbodiedError, OSError) as error:
            self._logger.error(f"not recorded: {error}")

    def close(self) -> None:
        """End the file, if one is open."""
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return
        try:
            recorder.close()
        except Exception as error:  # a full disk must not end the node
            self._logger.error(f"{recorder.path} is not whole: {error}")

    def write(self, topic: str, message: Any) -> None:
        """Put a message down; never waits."""
        recorder = self._recorder
        if recorder is not None:
            recorder.write(topic, type_name(message), serialize_message(message), time.time_ns())
