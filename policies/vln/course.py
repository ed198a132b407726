"""A training run: its schedule, optimiser, averaged weights, logs and checkpoint."""

import copy
import dataclasses
import math
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

from policies.vln.batches import Examples
from policies.vln.learning import Disturbance, Reward, Weights, learn, worth
from policies.vln.measuring import evaluate
from policies.vln.model import VlnModel
from policies.vln.rollout import Result, roll
from policies.vln.world import WorldTensors


@dataclasses.dataclass(frozen=True)
class Schedule:
    """How long and how fast.

    Attributes:
        updates: Steps of the optimiser.
        batch: Instructions in each.
        imitation: Updates before the policy's own walks come in.
        own_walks: Share of updates that learn from the policy's own walks afterwards.
        max_moves: Moves of such a walk.
        rewarded: Share of updates after which own walks learn from what they were worth, too.
        siblings: Walks for the same words that are then compared with one another.
        arrival: Share of the reward for arriving at all; the rest is SPL's.
        guided: What the shortest path's choices still count in rewarded walks.
        rate: Highest learning rate; a warm-up, then half a cosine down to a fiftieth.
        warm_up: Updates of the warm-up.
        decay: Weight decay of matrices.
        clip: Norm that gradients are clipped to.
        average: Decay of the running average of the weights, which is what is kept.
        mirror: Share of instructions seen in a mirror.
        object_keep: Share of objects shown.
        hidden_ways: Share of ways hidden, see `Disturbance`.
        noise_rad: Deviation of headings.
        reward: What the reward counts beside the other parts of the loss.
        every: Updates between checkpoints.
        measured: Instructions of the development fold measured at each.
        measured_last: And at the end; none measures all.
        calibrated: Instructions of the development fold on which `calibrate` sets three numbers
            at the end; 0 leaves them.
        calibration_rounds: Times each of them is tried.
    """

    updates: int = 6000
    batch: int = 48
    imitation: int = 900
    own_walks: float = 0.5
    max_moves: int = 7
    rewarded: float = 1.0
    siblings: int = 4
    arrival: float = 0.3
    guided: float = 0.3
    rate: float = 1.2e-3
    warm_up: int = 200
    decay: float = 0.05
    clip: float = 2.0
    average: float = 0.998
    mirror: float = 0.5
    object_keep: float = 0.8
    hidden_ways: float = 0.2
    noise_rad: float = 0.08
    reward: float = 3.0
    every: int = 500
    measured: int = 400
    measured_last: int | None = None
    calibrated: int = 600
    calibration_rounds: int = 1

    def onward(self, updates: int, rate: float) -> "Schedule":
        """Return the schedule of more updates from trained weights: own walks with reward."""
        return dataclasses.replace(
            self,
            updates=updates,
            rate=rate,
            imitation=0,
            rewarded=0.0,
            warm_up=max(1, updates // 10),
            every=max(1, updates // 2),
        )


class Run:
    """A training run with its optimiser, averaged weights, logs and checkpoint."""

    def __init__(self, model: VlnModel, schedule: Schedule, folder: Path, seed: int) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self.model, self.schedule, self.folder = model, schedule, folder
        self.average = copy.deepcopy(model)
        matrices = [p for p in model.parameters() if p.ndim > 1]
        others = [p for p in model.parameters() if p.ndim <= 1]
        self.optimizer = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": schedule.decay}, {"params": others}],
            schedule.rate,
            betas=(0.9, 0.98),
            weight_decay=0.0,
            fused=True,
        )
        self.update, self.seconds, self.cpu_s = 0, 0.0, 0.0
        self.rng = np.random.default_rng(seed)
        self._writer = SummaryWriter(str(folder / "tensorboard"))
        self._logs: dict[str, list[float]] = defaultdict(list)

    @property
    def _checkpoint(self) -> Path:
        return self.folder / "checkpoint.pt"

    def resume(self) -> None:
        """Go on from the checkpoint, if there is one."""
        if not self._checkpoint.exists():
            return
        kept = torch.load(self._checkpoint, weights_only=False)
        self.model.load_state_dict(kept["model"])
        self.average.load_state_dict(kept["average"])
        self.optimizer.load_state_dict(kept["optimizer"])
        self.update, self.seconds, self.cpu_s = kept["update"], kept["seconds"], kept["cpu_s"]
        self.rng.bit_generator.state = kept["rng"]
        torch.set_rng_state(kept["torch"])

    def save(self) -> None:
        """Write the checkpoint; a run killed meanwhile keeps the one before."""
        part = self._checkpoint.with_suffix(".part")
        torch.save(
            {
                "model": self.model.state_dict(),
                "average": self.average.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "update": self.update,
                "seconds": self.seconds,
                "cpu_s": self.cpu_s,
                "rng": self.rng.bit_generator.state,
                "torch": torch.get_rng_state(),
            },
            part,
        )
        part.replace(self._checkpoint)

    def train(self, train: Examples, measure: Examples, world: WorldTensors) -> None:
        """Make the updates that are left."""
        plan = self.schedule
        # weights that were read from a file come in evaluation mode, without dropout
        self.model.train()
        clock, cpu = time.monotonic(), time.process_time()
        while self.update < plan.updates:
            for chosen in train.epoch(self.rng, plan.batch):
                self._learn(train, chosen, world)
                if self.update % plan.every == 0 or self.update == plan.updates:
                    self.seconds += time.monotonic() - clock
                    self.cpu_s += time.process_time() - cpu
                    clock, cpu = time.monotonic(), time.process_time()
                    self._report(measure, world)
                    self.save()
                if self.update >= plan.updates:
                    break

    def _learn(self, train: Examples, chosen: np.ndarray, world: WorldTensors) -> None:
        plan = self.schedule
        batch = train.batch(chosen, flip=self._flips(len(chosen)))
        own = self.update >= plan.imitation and self.rng.random() < plan.own_walks
        moves, weights, reward = train.teacher(chosen), Weights(), None
        if own:
            rewarded = self.update >= plan.rewarded * plan.updates
            if rewarded:
                chosen = np.repeat(chosen[: -(-len(chosen) // plan.siblings)], plan.siblings)
                batch = train.batch(chosen, flip=self._flips(len(chosen), plan.siblings))
            walked = roll(self.model, world, batch, temperature=1.0, max_steps=plan.max_moves)
            moves = walked.moves
            self._logs["success"].append(float(walked.success.mean()))
            self._logs["spl"].append(float(walked.spl.mean()))
            if rewarded:
                weights, reward = (
                    Weights(choice=plan.guided, reward=plan.reward),
                    self._reward(walked),
                )
        for group in self.optimizer.param_groups:
            group["lr"] = self._rate()
        loss, logs = learn(
            self.model,
            world,
            batch,
            moves,
            weights=weights,
            disturb=Disturbance(plan.object_keep, plan.hidden_ways, plan.noise_rad),
            reward=reward,
        )
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), plan.clip)
        self.optimizer.step()
        self.update += 1
        decay = min(plan.average, self.update / (self.update + 20))
        with torch.no_grad():
            torch._foreach_lerp_(
                list(self.average.parameters()), list(self.model.parameters()), 1.0 - decay
            )
        for name, value in logs.items():
            self._logs[name].append(value)

    def _flips(self, size: int, siblings: int = 1) -> np.ndarray:
        """Draw what is seen in a mirror; siblings are seen alike."""
        drawn = self.rng.random(size // siblings) < self.schedule.mirror
        return np.repeat(drawn, siblings)

    def _reward(self, walked: Result) -> Reward:
        """Return what walks brought, each beside the mean of the others for the same words."""
        plan = self.schedule
        gained = worth(walked.error_m, walked.walked_m, walked.shortest_m, plan.arrival)
        families = gained.view(-1, plan.siblings)
        others = (families.sum(1, keepdim=True) - families) / (plan.siblings - 1)
        return Reward(gained, others.flatten(), plan.arrival, plan.max_moves)

    def _rate(self) -> float:
        plan = self.schedule
        done = self.update / plan.updates
        warm = min(1.0, (self.update + 1) / plan.warm_up)
        return plan.rate * warm * (0.02 + 0.49 * (1.0 + math.cos(math.pi * done)))

    def some(self, measure: Examples, *, last: bool) -> np.ndarray:
        """Return which instructions are measured now, the same at every call."""
        plan = self.schedule
        wanted = plan.measured_last if last else plan.measured
        return np.random.default_rng(0).permutation(len(measure))[:wanted]

    def _report(self, measure: Examples, world: WorldTensors) -> None:
        scores = evaluate(self.average, measure, world, chosen=self.some(measure, last=False))
        for name, values in self._logs.items():
            self._writer.add_scalar(f"train/{name}", float(np.mean(values)), self.update)
        for name, value in scores.items():
            self._writer.add_scalar(f"measure/{name}", value, self.update)
        self._writer.add_scalar("train/rate", self._rate(), self.update)
        self._writer.flush()
        told = " ".join(f"{name} {np.mean(values):.3f}" for name, values in self._logs.items())
        print(f"update {self.update}: {told} | {scores}", flush=True)
        self._logs.clear()
