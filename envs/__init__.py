"""Environments: every one a plain gymnasium.Env with a registered id.

`gymnasium.make("envs:embodied/Household-v0", split="valid_seen")` imports this module, which
registers the ids; what makes an environment is imported only then.
"""

import gymnasium

ENTRY_POINTS = {
    "embodied/Household-v0": "envs.household.registry:make_household",
    "embodied/Alfred-v0": "envs.alfred.registry:make_alfred",
    "embodied/R2R-v0": "envs.r2r.registry:make_r2r",
    "embodied/AlfWorld-v0": "envs.alfworld.env:make_alfworld",
    "embodied/Tabletop-v0": "envs.tabletop.registry:make_tabletop",
}

for _id, _entry_point in ENTRY_POINTS.items():
    if _id not in gymnasium.registry:
        gymnasium.register(id=_id, entry_point=_entry_point)
