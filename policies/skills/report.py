"""The state of the loop in one screen: what a person debugs with."""

import numpy as np

from embodied.mapping.instances import Instance
from policies.skills.body import Body

SIGNS = {-1: " ", 0: ".", 1: "#"}
ARROWS = "^>v<"
MOST_LINES = 30
MANY_FAILURES = 8
"""Failed actions from which on these are what ended an episode that was cut off: ALFRED allows
nine, and how the last one ended is not told any more."""
COARSE = 5
"""Fine cells to a sign of the little map: 0.25 m."""


def state_text(body: Body) -> str:
    """Return the map and beliefs as text."""
    if body.map.frame < 0:
        return "nothing seen yet"
    pose, hand = body.map.pose, body.map.hand
    lines = [
        f"step {body.actions} ({body.failures} failed), {body.doing}",
        f"at ({pose.x}, {pose.y}) heading {pose.heading} horizon {pose.horizon_deg}, "
        f"hand {hand.instance or 'empty'}",
    ]
    left = _picture(body)
    right = [_line(each) for each in _order(body)]
    width = max((len(row) for row in left), default=0) + 2
    for number in range(max(len(left), min(len(right), MOST_LINES))):
        one = left[number] if number < len(left) else ""
        two = right[number] if number < min(len(right), MOST_LINES) else ""
        lines.append(f"{one:<{width}}{two}".rstrip())
    return "\n".join([*lines, *body.log[-6:]])


def blame(body: Body, *, over: bool, apart: bool) -> str:
    """Return what is to blame if the episode fails now, in the words failures are counted under.

    Args:
        body: What was done and what was refused.
        over: Whether the last subgoal was carried out: then what was done is not what was meant.
        apart: Whether two that belong together were brought to two places of a kind.
    """
    if body.failures >= MANY_FAILURES:
        return "navigation" if 2 * body.bumps >= body.failures else "refused"
    if over:
        return "wrong instance" if body.map.rough or apart else "plan"
    return "budget"


def _order(body: Body) -> list[Instance]:
    return sorted(body.map.instances, key=lambda e: (e.sighting is None, -e.last_seen))


def _line(each: Instance) -> str:
    x, y, z = each.centre_m
    states = " ".join(name for name, value in each.states.items() if value)
    view = f"{each.sighting.reach_px:.0f}px" if each.sighting is not None else ""
    inside = f" in {each.inside}" if each.inside is not None else ""
    return (
        f"{each!r:<18}({x:5.1f},{y:5.1f},{z:4.1f}) {each.belief:.2f} "
        f"s{each.searched:.1f} {view}{inside} {states}"
    )


def _picture(body: Body) -> list[str]:
    """The floor from above, the agent as an arrow."""
    part, corner = body.map.floor.picture()
    width, height = (size // COARSE for size in part.shape)
    blocks = part[: width * COARSE, : height * COARSE].reshape(width, COARSE, height, COARSE)
    worst = blocks.max(axis=(1, 3))
    rows = [[SIGNS[int(value)] for value in worst[:, j]] for j in range(height)]
    x, y = body.map.pose.xy_m
    i, j = (int(np.floor((at - low) / 0.25)) for at, low in zip((x, y), corner, strict=True))
    if 0 <= j < height and 0 <= i < width:
        rows[j][i] = ARROWS[body.map.pose.heading]
    return ["".join(row) for row in rows[::-1]]
