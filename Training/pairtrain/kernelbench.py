"""Answer every problem of a folder with an exported file and see what the answers look like.

    python -m pairtrain.kernelbench --gguf ../Models/basic-kernel-target-q8_0.gguf \
        --problems KernelBench/level1 --out answers.jsonl

Only what can be told without a compiler is told here: whether the answer ended by itself,
parses as Python, defines ModelNew and hands CUDA source to load_inline.
"""

import argparse
import ast
import json
import time
from pathlib import Path

from kernelgen.compact import compact_module

from .check import llama_ids
from .tokens import END_ID, KERNEL_ID, PROBLEM_ID


def look_at(answer: str) -> dict:
    """What can be seen from the text alone."""
    try:
        ast.parse(answer)
        parses = True
    except (SyntaxError, ValueError):
        parses = False
    return {
        "parses": parses,
        "load_inline": "load_inline(" in answer and "__global__" in answer,
        "model_new": "class ModelNew" in answer,
    }


def write_answer(llama, prompt: str, longest: int) -> tuple[str, dict]:
    ids = [PROBLEM_ID] + llama_ids(llama, prompt) + [KERNEL_ID]
    written, ended, began = [], False, time.monotonic()
    if len(ids) < longest:
        for token in llama.generate(ids, temp=0.0, top_k=1, repeat_penalty=1.0):
            if token == END_ID:
                ended = True
                break
            written.append(token)
            if len(ids) + len(written) >= longest:
                break
    text = llama.detokenize(written).decode("utf-8", errors="replace")
    return text, {
        "prompt_tokens": len(ids),
        "answer_tokens": len(written),
        "ended": ended,
        "seconds": round(time.monotonic() - began, 2),
    }


def main() -> None:
    from llama_cpp import Llama

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gguf", required=True)
    parser.add_argument("--problems", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--longest", type=int, default=2048)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    llama = Llama(args.gguf, n_ctx=args.longest, n_batch=512, n_threads=args.threads, verbose=False)
    counts = {"problems": 0, "ended": 0, "parses": 0, "load_inline": 0, "model_new": 0, "all": 0}
    with open(args.out, "w", encoding="utf-8") as out:
        for path in sorted(Path(args.problems).glob("*.py"), key=lambda p: int(p.name.split("_")[0])):
            prompt = compact_module(path.read_text(encoding="utf-8"))
            answer, how = write_answer(llama, prompt, args.longest)
            seen = {**how, **look_at(answer)}
            seen["all"] = all(seen[k] for k in ("ended", "parses", "load_inline", "model_new"))
            counts["problems"] += 1
            for key in counts:
                counts[key] += bool(seen.get(key, False))
            out.write(json.dumps({"problem": path.name, **seen, "prompt": prompt, "answer": answer}) + "\n")
            out.flush()
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
