import type { Run } from '../../runs/store/run.ts';
import type { Store } from '../../runs/store/store.ts';
import type { Files } from '../exporters.ts';
import { parametersOf } from './parameters.ts';
import { epochPoints, stepPoints, type Point } from './scalars.ts';
import { summaryOf } from './summary.ts';

/**
 * A folder that brings runs into Weights & Biases, whose own files are private to it: for each run its settings, its
 * numbers, and what came of it; and the program that hands them to the `wandb` package.
 */
export function wandbFiles(store: Store, runs: readonly Run[]): Files {
  const folders = runs.flatMap((run) => {
    const { id, uid, name, seed, group, status } = run;
    const about = { id, uid, name, seed, group, status, tags: store.annotations(id).tags };
    const points = [...stepPoints(store, run), ...epochPoints(store, run)];
    return [
      [`${id}/run.json`, json(about)],
      [`${id}/config.json`, json(parametersOf(run))],
      [`${id}/summary.json`, json(summaryOf(store, run))],
      [`${id}/history.jsonl`, Buffer.from(points.map(historyLine).join(''))],
    ] as const;
  });
  return [['import_wandb.py', Buffer.from(script)], ['README.txt', Buffer.from(readme)], ...folders];
}

/** Numbers at a place; `step` counts what the numbers are of: epochs, steps or phases. */
function historyLine({ step, time, values }: Point): string {
  return `${JSON.stringify({ step, time: time / 1000, values: Object.fromEntries(values) })}\n`;
}

function json(value: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

const readme = `Runs of Sluice for Weights & Biases.

  pip install wandb
  wandb login
  python import_wandb.py --project my-project

With WANDB_MODE=offline nothing is sent; "wandb sync" does that later. Runs keep their ids: importing them twice into one
project makes no second run. Epochs are drawn over "epoch", steps over "step".
`;

const script = `"""Hands the runs in this folder to Weights & Biases: python import_wandb.py --project NAME"""
import argparse
import json
import pathlib

import wandb

here = pathlib.Path(__file__).resolve().parent


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def kind_of(tag):
    """epoch, step or pair: what the numbers under a tag are counted by."""
    return tag.split("/")[-2]


def bring(folder, project, entity):
    about = read(folder / "run.json")
    run = wandb.init(
        project=project,
        entity=entity,
        id=about["uid"] or about["id"],
        name="%s, seed %d" % (about["name"], about["seed"]),
        group=about["group"],
        tags=about["tags"],
        config=read(folder / "config.json"),
        resume="allow",
    )
    for kind in ("epoch", "step", "pair"):
        run.define_metric(kind)
    defined = set()
    with open(folder / "history.jsonl", encoding="utf-8") as lines:
        for line in lines:
            point = json.loads(line)
            values = point["values"]
            if not values:
                continue
            kind = kind_of(next(iter(values)))
            for tag in values:
                if tag not in defined:
                    run.define_metric(tag, step_metric=kind)
                    defined.add(tag)
            run.log({**values, kind: point["step"]})
    run.summary.update(read(folder / "summary.json"))
    run.finish(exit_code=0 if about["status"] == "finished" else 1)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--project", default="sluice")
    options.add_argument("--entity", default=None)
    given = options.parse_args()
    for path in sorted(here.glob("*/run.json")):
        print(path.parent.name)
        bring(path.parent, given.project, given.entity)
`;
