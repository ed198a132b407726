"""The words of route instructions, as tables: what a verb or a preposition demands.

Read off the instructions of R2R's train split; no path was looked at.
"""

GO_TO, PASS, ENTER, LEAVE = "go_to", "pass", "enter", "leave"
TURN, CLIMB, STOP_AT = "turn", "climb", "stop_at"
DEMANDS = (GO_TO, PASS, ENTER, LEAVE, TURN, CLIMB, STOP_AT)
"""Names of the skills that environments of routes declare."""


def _table(**rows: str) -> dict[str, str]:
    return {word: demand for demand, words in rows.items() for word in words.split()}


MOVE = "move"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


VERBS = _table(
    move="walk walking go going head heading continue continuing proceed proceeding move moving "
    "keep keeping travel traveling step stepping come coming run start advance return gone went",
    leave="exit exiting exits leave leaving",
    enter="enter entering",
    **{"pass": "pass passing cross crossing follow following circle bypass"},
    go_to="approach approaching reach reaching reached find locate get see",
    climb="climb climbing ascend ascending descend descending",
    turn="turn turning veer veering bear rotate pivot face swing",
    stop_at="stop stopping stops wait waiting stand pause halt finish",
)
"""Verb to what it demands; `move` leaves that to the preposition that follows."""

STANDS_FOR = {"descend": "down", "descending": "down", "ascend": "up", "ascending": "up"}

PREPOSITIONS = _table(
    enter="into inside through thru though onto indoors",
    leave="out outside off outdoors",
    **{"pass": "past passed by around along across between behind under over beyond alongside"},
    go_to="to toward towards until till",
    climb="upstairs downstairs",
)
"""Preposition after a verb of motion to what the two demand."""

AFTER_TURN = _words("into inside through thru onto out past passed towards toward")
"""Prepositions that begin a step of their own after a turn."""

SIDES = {"left": "left", "right": "right", "lefthand": "left", "righthand": "right"}
TURNS = {**SIDES, "around": "around", "back": "around", "180": "around", "about": "around"}
AHEAD = _words("straight forward forwards ahead onward")
STAIRS = _words(
    "stair stairs step steps staircase staircases stairway stairways stairwell flight flights "
    "stairsteps"
)
DETERMINERS = _words("the a an your this that these those my its their some any both")
CONDITIONS = _words("once when after before until till as upon while if")
OPENERS = _words("and then so finally also but or immediately")
"""Words that belong to the step they stand before."""

SIDE_WORDS = _words("immediate far near slight direct")
"""What may stand between `the` and `left`."""

PLACES_OF = _words(
    "end top bottom front side middle foot edge center centre base entrance corner rest head back "
    "left right set pair couple first second third row beginning start other opening flight "
    "number"
)
"""Nouns whose landmark follows `of`: the end of the hallway is about the hallway."""

PHRASE_ENDS = _words(
    "and then on in at to into onto inside outside toward towards through thru past passed by "
    "around along across between behind under over beyond near next beside before after until "
    "till when once while as if with from for that which where who is are was has have will you "
    "you're you'll you've it them there here leading leads hanging facing going just again but or "
    "so up down out off against opposite located directly immediately slightly straight forward "
    "ahead about all now not do don't using via gone every"
)
"""Words that a noun phrase does not run over."""

DESCRIPTIONS = _words(
    "first second third fourth fifth sixth last next other another nearest closest far farthest "
    "one two three four five six few several big large small little long short tall huge giant "
    "white black red blue green brown yellow grey gray orange purple pink gold silver beige dark "
    "light open closed empty main double single sliding left right front back very same "
    "1st 2nd 3rd 4th 5th top bottom immediate whole entire narrow wide round square circular"
)
"""Words of a noun phrase that describe its landmark rather than name it."""

FILLERS = _words(
    "turn turns way walking going there right left front degrees degree slight sharp hard quick "
    "immediate little bit more few walk go head get reach see stop wait stand until distance "
    "continue path other side end keep straight once then again gone step steps two three room's"
)
"""Words that name no landmark by themselves."""
