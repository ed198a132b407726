"""Small arrangements that several kinds of rooms share."""

from envs.household.catalog import object_type
from envs.household.generator.plan import RoomPlan, axes
from envs.household.scene import ObjectSpec


def on_top(
    plan: RoomPlan,
    name: str,
    bases: list[ObjectSpec],
    *,
    back_m: float = 0.04,
    centred: bool = False,
) -> ObjectSpec | None:
    """Stand an appliance or a lamp at the back of one of some pieces of furniture."""
    size = object_type(name).size_m
    for index in plan.rng.permutation(len(bases)):
        base = bases[index]
        room = base.size_m[0] / 2 - size[0] / 2 - 0.03
        if room < 0:
            continue
        right, ahead = axes(base.rotation_deg[1])
        for along in [0.0] if centred else plan.rng.uniform(-room, room, 12):
            out = -base.size_m[2] / 2 + back_m + size[2] / 2
            xz = (
                base.position_m[0] + right[0] * along + ahead[0] * out,
                base.position_m[2] + right[1] * along + ahead[1] * out,
            )
            top = base.position_m[1] + base.size_m[1] / 2
            box = plan.block(xz, top, size, base.rotation_deg[1], name)
            if not plan.taken(box):
                return plan.add(name, xz, top, base.rotation_deg[1], parent=base.object_id)
    return None


def chairs_around(plan: RoomPlan, table: ObjectSpec, count: int) -> None:
    """Chairs on the sides of a table, facing it."""
    size = (0.44, 0.90, 0.46)
    for quarter in plan.rng.permutation(4)[:count]:
        yaw = (table.rotation_deg[1] + 90.0 * int(quarter)) % 360
        _, ahead = axes(yaw)
        reach = (table.size_m[2] if quarter % 2 == 0 else table.size_m[0]) / 2 + 0.03 + size[2] / 2
        xz = (table.position_m[0] - ahead[0] * reach, table.position_m[2] - ahead[1] * reach)
        box = plan.block(xz, 0.0, size, yaw, "Chair")
        if plan.inside(box) and not plan.taken(box):
            plan.add("Chair", xz, 0.0, yaw, size_m=size)


def chair_before(plan: RoomPlan, desk: ObjectSpec) -> None:
    """A chair in front of a desk, to one side, so that the desk can still be reached."""
    size = (0.44, 0.90, 0.46)
    right, ahead = axes(desk.rotation_deg[1])
    aside = float(plan.rng.choice([-1, 1])) * max(0.0, desk.size_m[0] / 2 - 0.35)
    out = desk.size_m[2] / 2 + 0.03 + size[2] / 2
    xz = (
        desk.position_m[0] + right[0] * aside + ahead[0] * out,
        desk.position_m[2] + right[1] * aside + ahead[1] * out,
    )
    yaw = desk.rotation_deg[1] + 180.0
    box = plan.block(xz, 0.0, size, yaw, "Chair")
    if plan.inside(box) and not plan.taken(box):
        plan.add("Chair", xz, 0.0, yaw, size_m=size)


def drawers_in(
    plan: RoomPlan,
    furniture: ObjectSpec,
    *,
    columns: int,
    rows: int,
    height_m: tuple[float, float],
    type_name: str = "Drawer",
    width_m: tuple[float, float] = (-0.5, 0.5),
) -> None:
    """Build drawers or cabinets into a piece of furniture.

    Args:
        plan: The room.
        furniture: What they are built into.
        columns: How many side by side.
        rows: How many one above another.
        height_m: From and to which height above the floor.
        type_name: `Drawer` or `Cabinet`.
        width_m: Share of the width they take, from -0.5 (left) to 0.5.
    """
    right, ahead = axes(furniture.rotation_deg[1])
    edge = 0.03
    low = width_m[0] * furniture.size_m[0] + (edge if width_m[0] == -0.5 else 0.0)
    high = width_m[1] * furniture.size_m[0] - (edge if width_m[1] == 0.5 else 0.0)
    width, height = (high - low) / columns, (height_m[1] - height_m[0]) / rows
    size = (width - 0.012, height - 0.012, furniture.size_m[2] - 0.03)
    for column in range(columns):
        along = low + (column + 0.5) * width
        xz = (
            furniture.position_m[0] + right[0] * along + ahead[0] * 0.015,
            furniture.position_m[2] + right[1] * along + ahead[1] * 0.015,
        )
        for row in range(rows):
            plan.add(
                type_name,
                xz,
                height_m[0] + row * height + 0.006,
                furniture.rotation_deg[1],
                size_m=size,
                owner=furniture.object_id,
                solid=False,
                style={"variant": "built-in", "hinge": "left" if column % 2 == 0 else "right"},
            )
