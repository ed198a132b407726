"""What the sentences of a text world say: things by name, where they are, and whether it worked.

The sentences are those of ALFWorld 0.4's grammar ("On the desk 1, you see a mug 2, and a pen 1.").
"""

import re
from dataclasses import dataclass

from embodied.core.entity import Entity

NOTHING_HAPPENS = "Nothing happens."
"""What the world answers to a command that it refuses."""

# Spelled as THOR spells its types; the sentences write them in lower case, without a break.
_TYPES = """
AlarmClock Apple ArmChair BaseballBat BasketBall Bathtub BathtubBasin Bed Blinds Book Boots Bowl Box
Bread ButterKnife Cabinet Candle Cart CD CellPhone Chair Cloth CoffeeMachine CoffeeTable CounterTop
CreditCard Cup Curtains Desk DeskLamp DiningTable DishSponge Drawer Dresser Egg FloorLamp Footstool
Fork Fridge GarbageCan Glassbottle HandTowel HandTowelHolder HousePlant Kettle KeyChain Knife Ladle
Laptop LaundryHamper LaundryHamperLid Lettuce LightSwitch Microwave Mirror Mug Newspaper Ottoman
Painting Pan PaperTowel PaperTowelRoll Pen Pencil PepperShaker Pillow Plate Plunger Poster Pot
Potato RemoteControl Safe SaltShaker ScrubBrush Shelf ShowerDoor ShowerGlass SideTable Sink
SinkBasin SoapBar SoapBottle Sofa Spatula Spoon SprayBottle Statue StoveBurner StoveKnob TeddyBear
Television TennisRacket TissueBox Toaster Toilet ToiletPaper ToiletPaperHanger ToiletPaperRoll
Tomato Towel TowelHolder TVStand Vase Watch WateringCan Window WineBottle
"""
SPELLING = {name.lower(): name for name in _TYPES.split()}
"""Type names as the sentences write them, to how THOR spells them."""

_NAME = r"([a-z]+ \d+)"
_LISTED = re.compile(rf"\ban? {_NAME}")
_ROOM = re.compile(r"Looking quickly around you, you see ([^.]*)\.")
_CONTENTS = re.compile(rf"(?:On|In) (?:the )?({_NAME[1:-1]}|it), you see ([^.]*)\.")
_STATE = re.compile(rf"The {_NAME} is (open|closed)\.|You (open|close) the {_NAME}\.")
_ARRIVED = re.compile(rf"You arrive at {_NAME}\.")


@dataclass(frozen=True)
class Mention(Entity):
    """A thing that a text world names.

    Attributes:
        name: As commands call it, e.g. `mug 2`.
        place: Name of what it is in or on; empty where the sentence does not say, as for furniture.
    """

    name: str = ""
    place: str = ""


@dataclass(frozen=True)
class Reading:
    """What an answer of the world says.

    Attributes:
        mentions: Things named in it, in its order.
        listed: Names of what was looked into: the mentions placed there are all there is in it.
        arrived_at: Where one now stands; empty where it says nothing of it.
        refused: Whether the world answered that nothing happens.
    """

    mentions: tuple[Mention, ...] = ()
    listed: tuple[str, ...] = ()
    arrived_at: str = ""
    refused: bool = False


def type_names() -> tuple[str, ...]:
    """Return every type that the sentences may name, as THOR spells it."""
    return tuple(SPELLING.values())


def type_of(name: str) -> str:
    """Return the type of a thing by its name: `Mug` for `mug 2`; an unknown word as it is."""
    word = name.partition(" ")[0]
    return SPELLING.get(word, word)


def read(text: str) -> Reading:
    """Read an answer of the world."""
    found: dict[str, Mention] = {}
    for name in (name for room in _ROOM.findall(text) for name in _LISTED.findall(room)):
        found[name] = Mention(type_of(name), name=name)
    arrival = _ARRIVED.search(text)
    last = arrival.group(1) if arrival else ""
    for match in _STATE.finditer(text):
        last = match.group(1) or match.group(4)
        is_open = (match.group(2) or match.group(3)) == "open"
        found[last] = Mention(type_of(last), name=last, states={"open": is_open})
    listed: list[str] = []
    for place, names in _CONTENTS.findall(text):
        holder = last if place == "it" else place
        listed.append(holder)
        found.setdefault(holder, Mention(type_of(holder), name=holder))
        for name in _LISTED.findall(names):
            found[name] = Mention(type_of(name), name=name, place=holder)
    return Reading(
        mentions=tuple(found.values()),
        listed=tuple(listed),
        arrived_at=arrival.group(1) if arrival else "",
        refused=text.strip() == NOTHING_HAPPENS,
    )
