"""How the parser's weights are made: `embodied train task=parser`. Needs torch."""
