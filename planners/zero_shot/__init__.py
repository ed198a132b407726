"""Steps in free words, each translated to the nearest thing that can be done.

After Huang, Abbeel, Pathak and Mordatch, "Language Models as Zero-Shot Planners" (ICML 2022):

- a worked example is chosen for each task, the one whose words are nearest (section 3.4 there);
- the model says the next step in its own words, several times; each is translated to the admissible
  action of the nearest sentence embedding, and nearness and likelihood are weighed (3.2, 3.3);
- the translated step goes back into the prompt, so that what follows continues it (3.3);
- the plan ends where the model says so, or where nothing near can be said any more (3.3).

Where it differs: servers do not tell likelihoods of whole answers, so the share of the samples that
said the same stands for it; what is admissible is derived from the declared skills and what they
need, step by step (the paper embeds all of VirtualHome's actions once); and the finished plan is
checked and mended like every other here.
"""

from planners.zero_shot.planner import ZeroShotPlanner

__all__ = ["ZeroShotPlanner"]
