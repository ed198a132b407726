"""The agent's subscriptions: each sensor has a callback group, so that none waits for another."""

from collections.abc import Callable
from typing import Any

from embodied_msgs.msg import Entities
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from sensor_msgs.msg import CameraInfo, Image, JointState
from tf2_msgs.msg import TFMessage

from embodied.core.errors import DataError
from embodied.runtime.robot.bridge import BridgedRobot
from embodied.runtime.robot.images import CameraModel, camera_of, decode_depth, decode_rgb
from embodied.runtime.robot.topics import wire
from embodied_ros.messages import entities_of, seconds
from embodied_ros.qos import profile


class Sensing:
    """Puts messages into a robot's senses.

    Args:
        node: The node.
        robot: The robot.
        record: Told of every message's topic and the message.
        images: Whether it is told of pictures, too.
    """

    def __init__(
        self,
        node: Any,
        robot: BridgedRobot,
        *,
        record: Callable[[str, Any], None],
        images: bool,
    ) -> None:
        self._node = node
        self._senses = robot.senses
        self._record = record
        self._images = images
        self._made: list[Any] = []
        self._models: dict[str, CameraModel] = {}
        self._infos: dict[str, tuple[Any, ...]] = {}
        spec = robot.spec
        for camera in spec.cameras:
            self._on("{camera}/camera_info", CameraInfo, self._camera_info, camera)
            self._on("{camera}/image", Image, self._image, camera)
            if spec.depth:
                self._on("{camera}/depth", Image, self._depth, camera)
        if spec.joints:
            self._on("joint_states", JointState, self._joint_states)
        self._on("/tf", TFMessage, self._tf)
        self._on("/tf_static", TFMessage, self._tf_static)
        if spec.entities:
            self._on("entities", Entities, self._entities)

    def _on(self, name: str, type: Any, put: Callable[..., None], *given: str) -> None:
        row = wire(name)
        assert row.quality is not None
        topic = name.format(camera=given[0]) if given else name
        pixels = type is Image

        def callback(message: Any) -> None:
            try:
                put(message, *given)
            except DataError as error:
                # Told by diagnostics; a sensor that cannot be read becomes stale.
                self._senses.watch.spoiled(topic, str(error))
                self._node.get_logger().error(f"{topic}: {error}", throttle_duration_sec=5.0)
            if self._images or not pixels:
                self._record(topic, message)

        self._made.append(
            self._node.create_subscription(
                type,
                topic,
                callback,
                profile(row.quality),
                callback_group=MutuallyExclusiveCallbackGroup(),
            )
        )

    def _camera_info(self, message: Any, camera: str) -> None:
        said = (message.width, message.height, tuple(message.k), tuple(message.d))
        if self._infos.get(camera) == said:
            return
        model = camera_of(
            width_px=message.width, height_px=message.height, k=message.k, d=message.d
        )
        self._infos[camera], self._models[camera] = said, model
        self._senses.camera(camera, model)

    def _image(self, message: Any, camera: str) -> None:
        self._senses.image(
            camera,
            self._pixels(message, camera, decode_rgb),
            stamp_s=seconds(message.header.stamp),
            frame=message.header.frame_id,
        )

    def _depth(self, message: Any, camera: str) -> None:
        depth_m = self._pixels(message, camera, decode_depth, big_endian=bool(message.is_bigendian))
        self._senses.depth(camera, depth_m, stamp_s=seconds(message.header.stamp))

    def _pixels(self, message: Any, camera: str, decode: Callable[..., Any], **how: Any) -> Any:
        """Read a picture and cut it to the window that its camera's model knows.

        Raises:
            DataError: If it cannot be read, or its camera has not been told of.
        """
        model = self._models.get(camera)
        if model is None:
            raise DataError(f"pictures come without {camera}/camera_info")
        pixels = decode(
            message.data,
            height_px=message.height,
            width_px=message.width,
            step=message.step,
            encoding=message.encoding,
            **how,
        )
        return model.cut(pixels)

    def _joint_states(self, message: Any) -> None:
        self._senses.joints(
            message.name,
            message.position,
            message.velocity,
            stamp_s=seconds(message.header.stamp),
        )

    def _tf(self, message: Any, *, static: bool = False) -> None:
        for each in message.transforms:
            place, turn = each.transform.translation, each.transform.rotation
            self._senses.transform(
                each.header.frame_id,
                each.child_frame_id,
                (place.x, place.y, place.z),
                (turn.x, turn.y, turn.z, turn.w),
                stamp_s=float("inf") if static else seconds(each.header.stamp),
            )

    def _tf_static(self, message: Any) -> None:
        self._tf(message, static=True)

    def _entities(self, message: Any) -> None:
        self._senses.entities(entities_of(message), stamp_s=seconds(message.header.stamp))

    def destroy(self) -> None:
        """Take the subscriptions down."""
        for made in self._made:
            self._node.destroy_subscription(made)
        self._made.clear()
