"""Everything that is believed to be there, and what lies in or on what."""

from collections.abc import Iterator

import numpy as np

from embodied.mapping.instances import Fused, Instance, Sighting, nest
from embodied.mapping.pose import GridPose
from embodied.mapping.relations import lies_in
from embodied.mapping.view import View


class Things:
    """The instances of a map.

    Attributes:
        all: What is believed to be there, what is held included.
        withdrawn: What was given up.
        refuted: (pose, type) of views that showed what other views did not: errors of labels are
            the same whenever one looks from there.
    """

    def __init__(self) -> None:
        self.all: list[Instance] = []
        self.withdrawn: list[Instance] = []
        self.refuted: set[tuple[GridPose, str]] = set()
        self._next_number = 0
        self._two: set[tuple[int, int]] = set()

    def __iter__(self) -> Iterator[Instance]:
        return iter(self.all)

    def of_type(self, *categories: str) -> list[Instance]:
        """Return what is believed to be there of some types, what is held left out."""
        return [each for each in self.all if each.category in categories and not each.held]

    def add(self, sighting: Sighting, view: View, fused: Fused | None) -> Instance:
        """Take something in that was not known; returns it."""
        instance = Instance(
            number=self._next_number,
            category=sighting.detection.category,
            low_m=sighting.low_m,
            high_m=sighting.high_m,
            points_m=sighting.points_m,
            born=view.frame,
        )
        self._next_number += 1
        instance.take(sighting, view.pose, view.frame, fused=fused)
        self.all.append(instance)
        return instance

    def forget(self, instance: Instance) -> None:
        """Believe in something no longer."""
        self.all = [each for each in self.all if each is not instance]
        for each in self.all:
            if each.inside is instance:
                each.inside = None

    def withdraw(self, instance: Instance) -> None:
        """Give something up that should have been seen and was not."""
        self.withdrawn.append(instance)
        self.refuted.update((pose, instance.category) for pose in instance.seen_from)
        self.forget(instance)

    def note_together(self) -> None:
        """Note what shows in the present frame side by side: two of a type there are two."""
        seen = [each for each in self.all if each.sighting is not None]
        for number, one in enumerate(seen):
            for other in seen[number + 1 :]:
                if one.category == other.category:
                    self._two.add(_pair(one, other))

    def may_be_one(self, one: Instance, other: Instance) -> bool:
        """Whether two of a type were never seen side by side."""
        return one.category == other.category and _pair(one, other) not in self._two

    def join(self, old: Instance, new: Instance, view: View, fused: Fused | None) -> None:
        """Make one of two, the older of them; the new one is in view.

        Args:
            old: One of them.
            new: The other, whose sighting is taken in.
            view: The present frame.
            fused: What its sighting says of its place, where depth is rough.
        """
        assert new.sighting is not None, "what is joined is in view"
        keep, drop = (old, new) if old.number < new.number else (new, old)
        sighting = new.sighting
        keep.seen_from |= drop.seen_from
        for category, poses in drop.votes.items():
            keep.votes.setdefault(category, set()).update(poses)
        keep.states = {**drop.states, **keep.states}
        keep.searched = max(keep.searched, drop.searched)
        keep.cut_off |= drop.cut_off
        keep.take(sighting, view.pose, view.frame, fused=fused)
        for each in self.all:
            if each.inside is drop:
                each.inside = None
                nest(each, keep)
        self.forget(drop)
        drop.joined = keep

    def holds(self, receptacle: Instance, thing: Instance) -> bool:
        """Whether something lies in or on an instance, or in something that does."""
        if thing is receptacle or (thing.held and thing.inside is None):
            return False
        if thing.inside is not None:
            outer: Instance | None = thing.inside
            while outer is not None and outer is not receptacle:
                outer = outer.inside
            return outer is receptacle
        bottom = np.array([*thing.centre_m[:2], thing.low_m[2]])
        small = bool((thing.size_m[:2] < receptacle.size_m[:2] + 0.05).all())
        return not thing.large and small and lies_in(bottom, receptacle)

    def contents(self, receptacle: Instance) -> list[Instance]:
        """Return what lies in or on an instance, what lies in that included."""
        return [each for each in self.all if self.holds(receptacle, each)]


def _pair(one: Instance, other: Instance) -> tuple[int, int]:
    return (min(one.number, other.number), max(one.number, other.number))
