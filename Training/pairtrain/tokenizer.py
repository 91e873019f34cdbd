"""Byte-level BPE that llama.cpp reproduces exactly.

llama.cpp does not read a tokenizer's regular expression from the file: it knows a list of
names. The one used here is `qwen2` (digits one by one, so that every size is spelled the
same way wherever it appears, which is what a small model needs to copy it).

    python -m pairtrain.tokenizer --data work/data/train.jsonl --out tokenizer.json
"""

import argparse
import json
import random
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from .samples import read_samples
from .tokens import END_ID, KERNEL_ID, SPECIALS, opener

# Word for word what llama.cpp's src/llama-vocab.cpp applies for the name `qwen2`.
QWEN2_PATTERN = (
    r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
    r"|[^\r\n\p{L}\p{N}]?\p{L}+"
    r"|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+"
    r"|\s+(?!\S)"
    r"|\s+"
)
# A bound: merging stops earlier, when every word of the data is one token.
VOCABULARY = 3072


def train_tokenizer(texts, vocabulary: int = VOCABULARY) -> Tokenizer:
    """Learn the merges from texts; every byte has a token, so nothing is ever unknown."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(QWEN2_PATTERN), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=SPECIALS,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    assert [tokenizer.token_to_id(s) for s in SPECIALS] == list(range(len(SPECIALS)))
    return tokenizer


def load_tokenizer(path) -> Tokenizer:
    return Tokenizer.from_file(str(path))


def plain_ids(tokenizer: Tokenizer, text: str) -> list[int]:
    return tokenizer.encode(text, add_special_tokens=False).ids


def prompt_ids(tokenizer: Tokenizer, kind: str, prompt: str) -> list[int]:
    """What the product feeds the model before it writes."""
    return [opener(kind)] + plain_ids(tokenizer, prompt) + [KERNEL_ID]


def answer_ids(tokenizer: Tokenizer, answer: str) -> list[int]:
    return plain_ids(tokenizer, answer) + [END_ID]


def characters_per_token(tokenizer: Tokenizer, texts) -> float:
    texts = list(texts)
    tokens = sum(len(e.ids) for e in tokenizer.encode_batch(texts, add_special_tokens=False))
    return sum(map(len, texts)) / max(1, tokens)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, nargs="+", help="jsonl files of samples")
    parser.add_argument("--out", required=True)
    parser.add_argument("--vocabulary", type=int, default=VOCABULARY)
    parser.add_argument("--samples", type=int, default=20000, help="how many samples to learn from")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()

    samples = [s for path in args.data for s in read_samples(path)]
    random.Random(args.seed).shuffle(samples)
    samples = samples[: args.samples]
    texts = [t for s in samples for t in (s.prompt, s.answer)]
    tokenizer = train_tokenizer(texts, args.vocabulary)
    Path(args.out).parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(args.out)
    some = samples[:2000]
    print(
        json.dumps(
            {
                "tokens": tokenizer.get_vocab_size(),
                "learned_from": len(samples),
                "characters_per_token_prompt": round(characters_per_token(tokenizer, (s.prompt for s in some)), 3),
                "characters_per_token_answer": round(characters_per_token(tokenizer, (s.answer for s in some)), 3),
            }
        )
    )


if __name__ == "__main__":
    main()
