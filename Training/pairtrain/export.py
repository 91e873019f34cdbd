"""Write a checkpoint as GGUF, the way llama.cpp's architecture `llama` reads it.

    python -m pairtrain.export --checkpoint out/target/checkpoint.pt --tokenizer tokenizer.json \
        --name "bASIC kernel writer" --out ../Models/basic-kernel-target-q8_0.gguf

Every matrix is Q8_0 (one byte a number and a half-precision scale for each 32), norms stay
F32. There is no output matrix: llama.cpp takes the embedding when it is missing.
"""

import argparse
import json
from pathlib import Path

import gguf
import numpy as np
import torch

from .checkpoint import load_model
from .model import Shape
from .tokens import END_ID, PAD_ID, SPECIALS

PROMPT_FORM = "compact-1"
CONTEXT = 4096


def rope_rows(weight: np.ndarray, heads: int) -> np.ndarray:
    """Reorder the rows of q or k from halves to neighbouring pairs.

    The model rotates row i of a head with row i + head/2; llama.cpp's `llama` rotates row 2i
    with row 2i + 1. Attention scores do not change when q and k are reordered alike.
    """
    rows, columns = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def gguf_tensors(state: dict, shape: Shape):
    """(name in GGUF, F32 array) of every tensor, in the order of the file."""

    def array(name):
        return np.ascontiguousarray(state[name].float().numpy())

    yield "token_embd.weight", array("embed.weight")
    for i in range(shape.layers):
        ours, theirs = f"layers.{i}.", f"blk.{i}."
        yield theirs + "attn_norm.weight", array(ours + "attention_norm.weight")
        yield theirs + "attn_q.weight", rope_rows(array(ours + "attention.q.weight"), shape.heads)
        yield theirs + "attn_k.weight", rope_rows(array(ours + "attention.k.weight"), shape.kv_heads)
        yield theirs + "attn_v.weight", array(ours + "attention.v.weight")
        yield theirs + "attn_output.weight", array(ours + "attention.o.weight")
        yield theirs + "ffn_norm.weight", array(ours + "ffn_norm.weight")
        for part in ("gate", "up", "down"):
            yield theirs + f"ffn_{part}.weight", array(ours + f"ffn.{part}.weight")
    yield "output_norm.weight", array("norm.weight")


def vocabulary_of(tokenizer_file, size: int):
    """(tokens, token types, merges), filled up with unused tokens to the model's size."""
    described = json.loads(Path(tokenizer_file).read_text(encoding="utf-8"))
    vocabulary = described["model"]["vocab"]
    tokens = [f"<|unused_{i}|>" for i in range(size)]
    types = [gguf.TokenType.UNUSED] * size
    for token, number in vocabulary.items():
        tokens[number] = token
        types[number] = gguf.TokenType.CONTROL if token in SPECIALS else gguf.TokenType.NORMAL
    merges = [m if isinstance(m, str) else " ".join(m) for m in described["model"]["merges"]]
    return tokens, types, merges


def write_gguf(out, state: dict, shape: Shape, tokenizer_file, name: str, description: str, kind=None) -> None:
    kind = gguf.GGMLQuantizationType.Q8_0 if kind is None else kind
    q8 = kind == gguf.GGMLQuantizationType.Q8_0
    writer = gguf.GGUFWriter(str(out), "llama")
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_name(name)
    writer.add_description(description)
    writer.add_license("MIT")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0 if q8 else gguf.LlamaFileType.ALL_F32)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head)
    writer.add_value_length(shape.head)
    writer.add_rope_dimension_count(shape.head)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_layer_norm_rms_eps(shape.norm_eps)

    tokens, types, merges = vocabulary_of(tokenizer_file, shape.vocabulary)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges(merges)
    writer.add_eos_token_id(END_ID)
    writer.add_eot_token_id(END_ID)
    writer.add_pad_token_id(PAD_ID)
    writer.add_add_bos_token(False)
    writer.add_add_eos_token(False)
    writer.add_string("basic.prompt.form", PROMPT_FORM)
    writer.add_array("basic.prompt.tokens", SPECIALS)

    for tensor, values in gguf_tensors(state, shape):
        if values.ndim == 2 and q8:
            writer.add_tensor(tensor, gguf.quants.quantize(values, kind), raw_dtype=kind)
        else:
            writer.add_tensor(tensor, values.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--description", default="Writes CUDA kernels for bASIC; see Models/README.md")
    parser.add_argument("--out", required=True)
    parser.add_argument("--f32", action="store_true", help="do not quantise (to tell errors apart)")
    args = parser.parse_args()
    torch.set_grad_enabled(False)
    model, kept = load_model(args.checkpoint)
    Path(args.out).parent.mkdir(parents=True, exist_ok=True)
    kind = gguf.GGMLQuantizationType.F32 if args.f32 else None
    write_gguf(args.out, model.state_dict(), model.shape, args.tokenizer, args.name, args.description, kind)
    size = Path(args.out).stat().st_size
    print(json.dumps({"out": args.out, "bytes": size, "step": kept["step"], "parameters": model.parameters_count()}))


if __name__ == "__main__":
    main()
