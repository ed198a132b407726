"""Figures over compared episodes (`envs.alfred.fidelity`), and the causes of what is wrong.

Episodes come as plain data, `as_result`, so that they travel between processes and into files.
Shares are `[how many, of how many]`.
"""

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from envs.alfred.fidelity import Comparison
from envs.alfred.ids import root_id, type_of

Result = dict[str, Any]


def as_result(comparison: Comparison) -> Result:
    """Return a comparison as plain data."""
    result = asdict(comparison)
    return {**result, "replays": comparison.replays, "solved": comparison.solved, "error": ""}


def figures(results: Sequence[Result]) -> dict[str, Any]:
    """The figures over all episodes that ran."""
    ran = [each for each in results if not each["error"]]
    uses = [use for each in ran for use in each["uses"]]
    moves = sum(each["moves"] for each in ran)
    blocked = sum(move["action"] == "MoveAhead" for each in ran for move in each["refused"])
    turns = sum(each["turns"] for each in ran)
    refused = sum(len(each["refused"]) for each in ran)
    replayed = [each for each in ran if each["replays"]]
    return {
        "episodes": len(ran),
        "errors": len(results) - len(ran),
        "interactions": len(uses),
        "mask_right": share(uses, is_right),
        "mask_right_or_sister_slice": share(uses, lambda use: is_right(use) or is_sister(use)),
        "mask_right_state_as_recorded": share([u for u in uses if not u["diverged"]], is_right),
        "mask_right_first_of_episode": share([u for u in uses if u["first"]], is_right),
        "mask_right_object_untouched": share([u for u in uses if u["untouched"]], is_right),
        "mask_right_object_touched_before": share(
            [u for u in uses if not u["untouched"]], is_right
        ),
        "allowed_by_id": share(uses, lambda use: not use["refusal"]),
        "iou_first_movable": median_iou(uses, movable=True, key="first"),
        "iou_first_furniture": median_iou(uses, movable=False, key="first"),
        "iou_untouched_movable": median_iou(uses, movable=True, key="untouched"),
        "iou_untouched_furniture": median_iou(uses, movable=False, key="untouched"),
        "moves_allowed": [moves - blocked, moves],
        "turns_allowed": [turns - (refused - blocked), turns],
        "replayed": [len(replayed), len(ran)],
        "replayed_and_solved": [sum(each["solved"] for each in replayed), len(replayed)],
        "setup_refused": sum(bool(each["setup_refusals"]) for each in ran),
    }


def is_right(use: Mapping[str, Any]) -> bool:
    """Whether the mask means the object that it was recorded for."""
    return use["resolved"] == use["object_id"]


def is_sister(use: Mapping[str, Any]) -> bool:
    """Whether the mask means another slice of the same object, which serves as well."""
    resolved, object_id = use["resolved"] or "", use["object_id"]
    same = type_of(resolved) == type_of(object_id) if resolved else False
    return same and "Sliced_" in object_id and root_id(resolved) == root_id(object_id)


def share(uses: Sequence[Any], holds: Callable[[Any], bool]) -> list[int]:
    """[how many it holds for, how many there are]."""
    return [sum(map(holds, uses)), len(uses)]


def median_iou(uses: Sequence[Any], *, movable: bool, key: str) -> list[float | None]:
    """[median, count] over the uses that `key` marks; the median of none is None."""
    found = [use["iou"] for use in uses if use["movable"] == movable and use[key]]
    return [round(statistics.median(found), 4) if found else None, len(found)]


def wrong_table(uses: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Wrong masks counted by action, right type, type resolved to and state, most first."""
    counts = Counter(
        (
            use["action"],
            type_of(use["object_id"]),
            type_of(use["resolved"]) if use["resolved"] else "nothing",
            "touched before" if not use["untouched"] else "",
        )
        for use in uses
        if not is_right(use)
    )
    keys = ("action", "right", "resolved", "state")
    return [
        {**dict(zip(keys, cause, strict=True)), "count": count}
        for cause, count in counts.most_common()
    ]


def refusal_table(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Refusals by id counted by action, type and cause; of interactions the first of each."""
    counts: Counter[tuple[str, ...]] = Counter()
    for each in results:
        for use in each.get("uses", ()):
            if use["refusal"] and not use["diverged"]:
                cause = use["code"] or use["refusal"]
                counts[(use["action"], type_of(use["object_id"]), cause)] += 1
        for move in each.get("refused", ()):
            counts[(move["action"], "", move["refusal"].split("|")[0][:60])] += 1
    keys = ("action", "type", "cause")
    return [
        {**dict(zip(keys, cause, strict=True)), "count": count}
        for cause, count in counts.most_common()
    ]


def iou_by_type(uses: Sequence[Mapping[str, Any]]) -> dict[str, list[float]]:
    """Type to [median IoU, count] over objects that nothing was done to before."""
    found: dict[str, list[float]] = defaultdict(list)
    for use in uses:
        if use["untouched"]:
            found[type_of(use["object_id"])].append(use["iou"])
    return {
        name: [round(statistics.median(ious), 3), len(ious)] for name, ious in sorted(found.items())
    }
