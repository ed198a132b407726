"""What words, objects and switches are worth to `policy=vln`, on R2R.

    python benchmarks/vln.py words [--split val_seen] [--weights FILE] [--limit N]
    python benchmarks/vln.py ablation [--rows full ...] [--updates N] [--seeds N] [--init FILE]

The first walks a split as told, with the words of other routes, and without words. The second
trains each row of `ROWS`, anew or from the same weights, for few updates on `train_fold` and
measures it on `dev_fold`: rows compare with one another, not with the shipped weights, which were
trained for longer. Walks here are batched; `embodied eval benchmark=r2r planner=route_whole
policy=vln` walks one by one and arrives where they do.
"""

import argparse
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from envs.r2r.arrays import R2RArrays
from planners.routes.planner import route_legs

ROWS: dict[str, dict[str, Any]] = {
    "full": {},
    "no-objects": {"model": {"objects": False}},
    "no-own-walks": {"schedule": {"own_walks": 0.0}},
    "no-mirror": {"schedule": {"mirror": 0.0}},
    "action-prompts": {"model": {"prompts": True}},
    "experts": {"model": {"experts": 4}},
    "no-context": {"model": {"encoder": None}},
    "no-legs": {"model": {"legs": False}},
    "no-reward": {"schedule": {"rewarded": 1.0}},
    "disturbed": {"schedule": {"hidden_ways": 0.2, "noise_rad": 0.08}},
}
"""Name of a row to what it changes in the task's `model` and `schedule`."""
MODEL: dict[str, Any] = {"dropout": 0.2, "legs": True, "objects": True, "encoder": "minilm"}
"""What all rows have that do not change it."""


def words(data: R2RArrays, args: argparse.Namespace) -> None:
    """Print success with the words as told, of other routes, and none."""
    import torch

    from policies.vln.batches import Examples
    from policies.vln.measuring import evaluate
    from policies.vln.weights import context_encoder, load_model, name_vectors
    from policies.vln.words import UNKNOWN
    from policies.vln.world import WorldTensors

    torch.set_num_threads(args.threads)
    model, vocabulary = load_model(args.weights)
    world = data.world()
    places = WorldTensors(world, name_vectors(world.object_names, vocabulary))
    encoder = context_encoder(model.config.encoder)
    examples = Examples(
        data.routes(args.split),
        vocabulary,
        world,
        prompts=model.config.prompts,
        read_legs=route_legs if model.config.legs else None,
        encoder=encoder,
    )
    rng = np.random.default_rng(0)
    chosen = rng.permutation(len(examples))[: args.limit]
    kept = examples.rows, examples.mirrored, examples.lengths
    legs, contexts = examples.legs, examples.contexts
    for name in ("as told", "of other routes", "none", "as told, no objects"):
        said = None
        if name == "of other routes":
            said = rng.permutation(len(examples))
        if name == "none":
            examples.rows = examples.mirrored = [np.array([UNKNOWN])] * len(examples)
            examples.lengths = np.ones(len(examples), dtype=np.int64)
            examples.legs = legs and [()] * len(examples)
            examples.contexts = encoder and (encoder.read([[]]) * len(examples),) * 2
        else:
            examples.rows, examples.mirrored, examples.lengths = kept
            examples.legs, examples.contexts = legs, contexts
        if name == "as told, no objects":
            places.objects.fill_(-1)
            places.thing_count.fill_(0)
        scores = evaluate(model, examples, places, chosen=chosen, words_of=said, both_sides=True)
        print(f"{args.split}, words {name}: {json.dumps(scores)}", flush=True)


def ablation(data: R2RArrays, args: argparse.Namespace) -> None:
    """Train every row for a while and print what it reaches, seed by seed."""
    from policies.vln.training import VlnTraining

    words: Path | None = Path(args.words) if args.words else None
    root = Path(args.folder or tempfile.mkdtemp())
    init = args.init
    if args.cut_objects:
        root.mkdir(parents=True, exist_ok=True)
        init = str(root / "cut.safetensors")
        without_object_parts(args.init, Path(init))
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in args.rows}
    for seed in range(args.seeds):
        for name in args.rows:
            changes = ROWS[name]
            folder = root / f"{name}-{seed}"
            folder.mkdir(parents=True, exist_ok=True)
            # The words are the same for all rows, and half a minute to make.
            if words is not None and words.exists() and words.parent != folder:
                shutil.copy(words, folder / "words.npz")
            words = folder / "words.npz"
            plan = {
                "updates": args.updates,
                "imitation": 0 if args.init else args.updates // 5,
                "rewarded": 0.0 if args.init else args.rewarded,
                "max_moves": 9,
                "own_walks": 0.7 if args.init else 0.5,
                "hidden_ways": 0.0,
                "noise_rad": 0.0,
                "every": max(1, args.updates // 3),
                "measured": 200,
                "measured_last": args.measured,
                "calibrated": 0,
                "batch": args.batch,
                "rate": args.rate,
                "warm_up": args.updates // 10,
            }
            task = VlnTraining(
                data=data,
                model={**MODEL, **changes.get("model", {})},
                schedule={**plan, **changes.get("schedule", {})},
                read_legs=route_legs,
                init=init,
                threads=args.threads,
            )
            task.run(output_dir=folder, seed=seed)
            card = json.loads((folder / "card.json").read_text())
            found[name].append(card)
            print(
                f"{name}, seed {seed}: {json.dumps(card['scores'])}, {card['parameters']} "
                f"parameters, {card['cpu_minutes']} CPU minutes",
                flush=True,
            )
    for name, cards in found.items():
        rates = [card["scores"]["SR"] for card in cards]
        paths = [card["scores"]["SPL"] for card in cards]
        print(f"{name}: SR {np.mean(rates):.1f} SPL {np.mean(paths):.1f}, {args.seeds} seeds")


def without_object_parts(weights: str, path: Path) -> None:
    """Write weights whose parts that read objects are zero, a start that favours no row."""
    from policies.vln.ensemble import members_of
    from policies.vln.weights import load_model, save_model

    model, vocabulary = load_model(weights)
    whole = members_of(model)[0]
    numbers = whole.state_dict()
    parts = ("object.", "mention.", "kin.", "evidence.")
    whole.load_state_dict({k: v * 0 if k.startswith(parts) else v for k, v in numbers.items()})
    save_model(path, whole, vocabulary)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, default=2)
    kinds = parser.add_subparsers(dest="what", required=True)
    say = kinds.add_parser("words")
    say.add_argument("--split", default="val_seen")
    say.add_argument("--weights", default=None)
    say.add_argument("--limit", type=int, default=None)
    rows = kinds.add_parser("ablation")
    rows.add_argument("--rows", nargs="+", choices=list(ROWS), default=list(ROWS))
    rows.add_argument("--updates", type=int, default=800)
    rows.add_argument("--batch", type=int, default=32)
    rows.add_argument("--seeds", type=int, default=1)
    rows.add_argument("--measured", type=int, default=None)
    rows.add_argument("--folder", default=None)
    rows.add_argument("--init", default=None, help="weights that every row starts from")
    rows.add_argument("--words", default=None, help="a words.npz to share; made anew by default")
    rows.add_argument("--rewarded", type=float, default=1.0, help="share of updates before reward")
    rows.add_argument(
        "--cut-objects",
        action="store_true",
        help="set the parts of --init that read objects to zero, so that they are learned anew",
    )
    rows.add_argument("--rate", type=float, default=1e-3)
    args = parser.parse_args()
    default = Path.home() / ".cache" / "embodied" / "data"
    data = R2RArrays(os.environ.get("EMBODIED_DATA", default))
    {"words": words, "ablation": ablation}[args.what](data, args)


if __name__ == "__main__":
    main()
