"""Learns where things are kept from ALFRED's training plans.

`python -m policies.skills.learn_kept FOLDER/json_2.1.0/train` makes the table anew.

Counts, over the training split, what each object that an expert picked up for the first time lay
in or on, by types alone. Writes `kept.json`, which carries how it was made.
"""

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("kept.json")


def first_pickups(plan: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (object type, receptacle type) of what a plan takes from where it always was.

    Args:
        plan: `plan` of a published trajectory.
    """
    found, moved = [], set()
    for high in plan["high_pddl"]:
        action = high["planner_action"]
        if action["action"] == "PickupObject":
            name = action["objectId"]
            holder = action.get("coordinateReceptacleObjectId")
            if name not in moved and holder:
                found.append((name.split("|")[0], str(holder[0])))
            moved.add(name)
        elif action["action"] == "PutObject":
            moved.add(action["objectId"])
    return found


def learn(split: Path) -> dict[str, Any]:
    """Count over a split's folder.

    Args:
        split: Folder of trajectories.

    Returns:
        The table with its provenance.
    """
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    files = sorted(split.glob("*/*/traj_data.json"))
    for file in files:
        for thing, holder in first_pickups(json.loads(file.read_text("utf-8"))["plan"]):
            counts[thing][holder] += 1
    table = {thing: dict(sorted(row.items())) for thing, row in sorted(counts.items())}
    return {
        "made_by": "python -m policies.skills.learn_kept",
        "data": f"ALFRED json_2.1.0, split {split.name}, {len(files)} trajectories",
        "what": "receptacle type from which an expert first took an object of a type: counts",
        "kept": table,
    }


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("train", type=Path, help="folder json_2.1.0/train")
    folder = parser.parse_args().train
    TABLE.write_text(json.dumps(learn(folder), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
