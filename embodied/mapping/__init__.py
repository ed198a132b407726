"""The semantic map: free floor, things, relations, believed states, what was searched.

Frame: metres, right-handed; the agent starts at (0, 0) looking along +y, x is to its right and z
up, 0 at the floor.
"""
