"""A build of one generated home, so that it is up at once."""

from envs.thor.dialect import dialect
from envs.thor.rooms import AllRooms, GeneratedRooms
from envs.thor.simulator import Simulator

ROOM = "Household-bathroom-00001"


class OneRoom(GeneratedRooms):
    """One room, so that a build is up at once."""

    @property
    def names(self):
        return (ROOM,)


def build_of(version: str) -> Simulator:
    return Simulator(rooms=AllRooms(OneRoom()), dialect=dialect(version))
