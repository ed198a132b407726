"""Texts that cannot be meant, made from what the skills can not do, to learn refusing from."""

import random
from collections.abc import Iterator, Sequence

from embodied.core.skills import SkillSpec
from planners.parsed.words import load

STRANGERS = (
    *("whale", "bus", "castle", "mountain", "robot", "horse", "dragon", "rocket", "piano"),
    *("bicycle", "tractor", "crocodile", "zebra", "helicopter", "submarine", "volcano"),
    *("river", "bridge", "skyscraper", "planet", "camel", "kangaroo", "tank", "train"),
    *("wizard", "penguin", "dolphin", "monkey", "wolf", "eagle", "octopus", "mammoth", "sheep"),
    *("donkey", "ambulance", "cathedral", "stadium", "glacier", "meteor", "satellite"),
    *("waterfall", "orchestra", "army", "pyramid", "rainbow", "cloud", "thunderstorm", "anvil"),
    *("trombone", "drum", "tuba", "chainsaw", "jackhammer", "crane", "ladder", "canoe"),
    *("sailboat", "yacht", "parachute", "tent", "jungle", "desert", "island", "forest"),
    *("airport", "school", "hospital", "prison", "factory", "farm", "barn", "windmill"),
    *("hippopotamus", "rhinoceros", "gorilla", "panda", "koala", "llama", "ostrich"),
    *("flamingo", "vulture", "cobra", "python"),
)
"""Names of what no household has."""
PLAIN = (
    "put a {x} {at} the {place}",
    "place the {x} {at} the {place}",
    "move the {x} to the {place}",
    "put two {x}s {at} the {place}",
    "bring the {x} to the {place}",
    "set a {x} down {at} the {place}",
    "take the {x} and put it {at} the {place}",
    "put the {x} away {at} the {place}",
    "examine the {x} by the light of the lamp",
    "look at the {x} under the desk lamp",
    "pick up the {x}",
    "throw the {x} in the trash",
)
CHANGED = {
    "heat": (
        "heat the {x} in the microwave and put it {at} the {place}",
        "put a heated {x} {at} the {place}",
        "cook a {x} and place it {at} the {place}",
        "place a hot {x} {at} the {place}",
        "warm up the {x}",
        "microwave the {x}, put it {at} the {place}",
    ),
    "cool": (
        "chill the {x} and put it {at} the {place}",
        "put a cold {x} {at} the {place}",
        "place a chilled {x} {at} the {place}",
        "cool the {x} in the fridge and put it {at} the {place}",
    ),
    "clean": (
        "wash the {x} and put it {at} the {place}",
        "put a clean {x} {at} the {place}",
        "rinse off the {x} and place it {at} the {place}",
        "clean the {x} in the sink",
    ),
    "slice": (
        "slice the {x}",
        "put a slice of {x} {at} the {place}",
        "cut the {x} and put a piece {at} the {place}",
        "place a sliced {x} {at} the {place}",
        "chop up the {x}, put a slice {at} the {place}",
    ),
}
UNABLE = (
    "{do} the {thing}",
    "{do} the {thing} and put it {at} the {place}",
    "{do} the {thing} with the {other}",
    "please {do} the {thing}",
    "take the {thing} and {do} it",
)
"""Forms for deeds that are none of the skills."""
HOLDS = ("in", "on", "inside", "onto", "into")


def impossible_texts(
    skills: Sequence[SkillSpec], *, rng: random.Random, count: int
) -> Iterator[str]:
    """Yield texts that ask for what no skill can do.

    Args:
        skills: What the body declares; their types say what goes.
        rng: Random numbers.
        count: How many.
    """
    by_name = {skill.name: skill for skill in skills}
    names = load().names
    movable = by_name["pick"].categories["object"]
    fixed = [t for t in names if t not in movable]
    receptacles = [t for t in by_name["place"].categories["receptacle"] if t in names]
    verbs = sorted(set(load().no_action.table.values()))
    hollow = by_name["place"].fits
    whole = {
        skill: [t for t in names if t not in by_name[skill].categories["object"]]
        for skill in CHANGED
    }
    for _ in range(count):
        roll = rng.random()
        place = names[rng.choice(receptacles)]
        if roll < 0.3:
            form, thing = rng.choice([*PLAIN, *sum(CHANGED.values(), ())]), rng.choice(STRANGERS)
        elif roll < 0.55:
            form, thing = rng.choice(PLAIN), names[rng.choice(fixed)]
        elif roll < 0.85:
            skill = rng.choice(list(CHANGED))
            form, thing = rng.choice(CHANGED[skill]), names[rng.choice(whole[skill])]
        elif roll < 0.9:
            text = rng.choice(UNABLE).format(
                do=rng.choice(verbs),
                thing=names[rng.choice(list(names))],
                other=names[rng.choice(list(names))],
                at=rng.choice(HOLDS),
                place=place,
            )
            yield text
            continue
        else:
            small = rng.choice([t for t in movable if t in names])
            closed = [t for t in names if small not in hollow.get(t, ()) and t in movable]
            form, thing, place = rng.choice(PLAIN[:8]), names[small], names[rng.choice(closed)]
        text = form.format(x=thing, place=place, at=rng.choice(HOLDS))
        yield text if rng.random() < 0.5 else f"{text[0].upper()}{text[1:]}."
