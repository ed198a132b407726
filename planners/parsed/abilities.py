"""What may be done with what, as the declared skills have it; what does not go is refused."""

from collections.abc import Iterable, Mapping, Sequence

from embodied.core.naming import with_article
from embodied.core.skills import SkillSpec
from planners.parsed.refusals import Refused

DEEDS = {
    "pick": ("picked up", "pick up"),
    "place": ("put down somewhere", "put down"),
    "open": ("opened", "open"),
    "close": ("closed", "close"),
    "toggle": ("switched on or off", "switch on or off"),
    "slice": ("sliced", "slice"),
    "heat": ("heated", "heat"),
    "cool": ("cooled", "cool"),
    "clean": ("rinsed", "rinse"),
    "look": ("examined under a lamp", "examine"),
    "goto": ("gone to", "go to"),
}


class Abilities:
    """The declared skills, asked about types.

    Args:
        skills: What the body declares; a plan uses nothing else.
        names: Type to what it is called.
    """

    def __init__(self, skills: Sequence[SkillSpec], names: Mapping[str, str]) -> None:
        self._skills = {skill.name: skill for skill in skills}
        self._names = names

    def has(self, skill: str) -> bool:
        """Whether the body declares a skill."""
        return skill in self._skills

    def need(self, skill: str) -> SkillSpec:
        """Return a skill.

        Raises:
            Refused: If the body does not declare it.
        """
        if skill not in self._skills:
            done = ", ".join(sorted(self._skills))
            raise Refused(f"This body has no skill to {skill}.", alternative=f"It can: {done}.")
        return self._skills[skill]

    def allowed(self, skill: str, argument: str) -> frozenset[str] | None:
        """Types that an argument may name; None where it may be anything."""
        return self.need(skill).categories.get(argument)

    def choose(self, skill: str, argument: str, types: Iterable[str]) -> str | None:
        """Return the first of some types that an argument may name, or None."""
        allowed = self.allowed(skill, argument)
        return next((name for name in types if allowed is None or name in allowed), None)

    def fits(self, skill: str, thing: str, receptacle: str) -> bool:
        """Whether a thing goes with a receptacle."""
        table = self.need(skill).fits
        return not table or thing in table.get(receptacle, ())

    def choose_pair(
        self, skill: str, things: Sequence[str], receptacles: Sequence[str], *, sliced: bool = False
    ) -> tuple[str, str] | None:
        """Return the first thing and receptacle that go together, by the likeliest receptacle.

        Args:
            skill: What is to be done with them.
            things: Types, the likeliest first.
            receptacles: Types, likewise.
            sliced: Whether a slice is meant: bread goes on no plate, a slice of it does.
        """
        for receptacle in receptacles:
            for thing in things:
                if self.choose(skill, "object", [thing]) and any(
                    self.fits(skill, form, receptacle)
                    for form in (thing, *([f"{thing}Sliced"] if sliced else ()))
                ):
                    return thing, receptacle
        return None

    def say(self, type_name: str) -> str:
        """Return what a type is called."""
        return self._names.get(type_name, type_name)

    def refuse_thing(self, skill: str, type_name: str, *, argument: str = "object") -> Refused:
        """Say that a thing is nothing for a skill, and name a few that are."""
        done, do = DEEDS.get(skill, (f"used to {skill}", skill))
        allowed = sorted(self.allowed(skill, argument) or ())
        few = [self.say(name) for name in allowed if name in self._names][:4]
        other = f"I can {do}, for example: {', '.join(few)}." if few else ""
        reason = f"{with_article(self.say(type_name))} cannot be {done}."
        return Refused(reason[0].upper() + reason[1:], alternative=other, skill=skill)

    def refuse_pair(self, skill: str, thing: str, receptacle: str) -> Refused:
        """Say that a thing does not go into a receptacle, and name places where it goes."""
        table = self.need(skill).fits
        fitting = (self.say(where) for where, what in sorted(table.items()) if thing in what)
        places = list(dict.fromkeys(fitting))
        other = f"It could go to: {', '.join(places[:4])}." if places else ""
        deed = {"heat": "be heated in", "cool": "be cooled in", "clean": "be rinsed in"}.get(
            skill, "be put into or onto"
        )
        what, where = with_article(self.say(thing)), with_article(self.say(receptacle))
        reason = f"{what} cannot {deed} {where}."
        return Refused(reason[0].upper() + reason[1:], alternative=other, skill=skill)
