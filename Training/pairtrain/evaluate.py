"""What a checkpoint is worth: held-out loss, greedy exact match per family, agreement of the draft.

    python -m pairtrain.evaluate --checkpoint out/target/checkpoint.pt [--draft out/draft/checkpoint.pt] \
        [--samples 50] [--out answers.jsonl]

The held-out samples are those that training never saw (samples.split_samples). An exact
match is an answer equal to the generator's, character for character; an answer may also be
right without being equal, which only compiling and running it can tell.
"""

import argparse
import json
from collections import defaultdict

import torch

from .batches import encode_samples
from .checkpoint import load_model
from .generate import greedy
from .loss import held_out_loss
from .samples import read_samples, split_samples
from .tokenizer import load_tokenizer, prompt_ids
from .train import held_out_batches


def held_out_samples(config: dict):
    samples = [s for path in config["data"] for s in read_samples(path)]
    return split_samples(samples, config["held_out"])[1]


@torch.no_grad()
def agreement(target, draft, ids: list[int], answer_at: int) -> tuple[int, int]:
    """(answer tokens where draft and target choose alike, answer tokens), along the target's answer."""
    row = torch.tensor([ids])
    both = [m(row)[0, answer_at - 1 : -1].argmax(-1) for m in (target, draft)]
    return int((both[0] == both[1]).sum()), len(both[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--draft", help="checkpoint of a draft to compare along the answers")
    parser.add_argument("--samples", type=int, default=50, help="how many held-out prompts to answer")
    parser.add_argument("--longest", type=int, default=1792)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--out", help="jsonl file for the answers")
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)

    model, kept = load_model(args.checkpoint)
    config = kept["config"]
    tokenizer = load_tokenizer(config["tokenizer"])
    held = held_out_samples(config)
    encoded = encode_samples(tokenizer, held, config["longest"])
    report = {"step": kept["step"], "tokens": kept["totals"]["tokens"], "held_out": len(encoded)}
    report["held_out_loss"] = round(held_out_loss(model, held_out_batches(encoded, config), False), 5)
    draft = load_model(args.draft)[0] if args.draft else None
    model.eval()

    short = [s for s, e in ((s, encode_samples(tokenizer, [s], config["longest"])) for s in held) if e]
    families = defaultdict(lambda: [0, 0])
    same = total = 0
    rows = []
    for sample in short[: args.samples]:
        before = prompt_ids(tokenizer, sample.kind, sample.prompt)
        after = greedy(model, before, args.longest)
        answer = tokenizer.decode(after, skip_special_tokens=False)
        families[sample.family][0] += answer == sample.answer
        families[sample.family][1] += 1
        rows.append({"family": sample.family, "exact": answer == sample.answer, "prompt": sample.prompt,
                     "wanted": sample.answer, "answer": answer})
        if draft is not None and after:
            alike, count = agreement(model, draft, before + after, len(before))
            same, total = same + alike, total + count
    report["exact"] = [sum(f[0] for f in families.values()), len(rows)]
    report["families"] = {name: families[name] for name in sorted(families)}
    if total:
        report["draft_agrees"] = round(same / total, 4)
    if args.out:
        with open(args.out, "w", encoding="utf-8") as out:
            out.writelines(json.dumps(row) + "\n" for row in rows)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
