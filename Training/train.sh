#!/bin/sh
# Makes the bundled pair from nothing but seeds: data, tokenizer, target, draft, GGUF files.
# A stopped run is continued by calling it again.
set -eu
cd "$(dirname "$0")"
PYTHON=${PYTHON:-.venv/bin/python}
WORKERS=${WORKERS:-2}
COUNT=40000
SEED=20

mkdir -p work/data ../Models
test -s work/data/train.jsonl || {
    "$PYTHON" -m kernelgen --count "$COUNT" --seed "$SEED" --output work/data/train.part
    mv work/data/train.part work/data/train.jsonl
}
test -s tokenizer.json || "$PYTHON" -m pairtrain.tokenizer --data work/data/train.jsonl --out tokenizer.json

for name in target draft; do
    "$PYTHON" -m pairtrain.train --config "configs/$name.json" --resume --workers "$WORKERS"
done
"$PYTHON" -m pairtrain.export --checkpoint out/target/checkpoint.pt --tokenizer tokenizer.json \
    --name "bASIC kernel writer" --out ../Models/basic-kernel-target-q8_0.gguf
"$PYTHON" -m pairtrain.export --checkpoint out/draft/checkpoint.pt --tokenizer tokenizer.json \
    --name "bASIC kernel draft" --out ../Models/basic-kernel-draft-q8_0.gguf
"$PYTHON" -m pairtrain.evaluate --checkpoint out/target/checkpoint.pt --draft out/draft/checkpoint.pt
