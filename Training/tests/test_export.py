"""The exported file says the same as the model: names, shapes, the order of rotary rows, logits."""

import gguf
import numpy as np
import pytest
import torch

from pairtrain.check import compare, llama_ids, llama_logits, torch_logits
from pairtrain.config import shape_of
from pairtrain.export import rope_rows, write_gguf
from pairtrain.generate import greedy
from pairtrain.model import Past, Writer
from pairtrain.tokenizer import load_tokenizer, plain_ids
from pairtrain.tokens import END_ID, SPECIALS


@pytest.fixture()
def exported(world):
    config, folder = world
    torch.manual_seed(5)
    model = Writer(shape_of(config)).eval()
    for kind, name in ((None, "q8.gguf"), (gguf.GGMLQuantizationType.F32, "f32.gguf")):
        write_gguf(folder / name, model.state_dict(), model.shape, config["tokenizer"], "tiny", "a test", kind)
    return config, folder, model


def test_names_shapes_and_keys(exported):
    config, folder, model = exported
    reader = gguf.GGUFReader(folder / "q8.gguf")
    tensors = {t.name: t for t in reader.tensors}
    assert "output.weight" not in tensors
    assert list(tensors["token_embd.weight"].shape) == [64, 320]
    assert list(tensors["blk.1.attn_k.weight"].shape) == [64, 32]
    for tensor in reader.tensors:
        wanted = gguf.GGMLQuantizationType.Q8_0 if len(tensor.shape) == 2 else gguf.GGMLQuantizationType.F32
        assert tensor.tensor_type == wanted
    assert reader.get_field("basic.prompt.form").contents() == "compact-1"
    assert reader.get_field("basic.prompt.tokens").contents() == SPECIALS
    assert reader.get_field("tokenizer.ggml.eos_token_id").contents() == END_ID
    assert reader.get_field("tokenizer.ggml.pre").contents() == "qwen2"
    assert len(reader.get_field("tokenizer.ggml.tokens").contents()) == 320
    assert reader.get_field("tokenizer.ggml.token_type").contents()[:5] == [int(gguf.TokenType.CONTROL)] * 5


def test_rope_rows_pair_neighbours():
    weight = np.arange(16)[:, None].repeat(2, 1)
    assert list(rope_rows(weight, 2)[:, 0]) == [0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15]


def test_decoding_step_by_step_equals_reading_at_once(exported):
    _, _, model = exported
    ids = torch.randint(5, 300, (1, 20))
    past = Past()
    with torch.no_grad():
        parts = [model(ids[:, :7], past)] + [model(ids[:, i : i + 1], past) for i in range(7, 20)]
        assert torch.allclose(torch.cat(parts, dim=1), model(ids), atol=1e-4)
        best = int(model(ids)[0, -1].argmax())
    written = greedy(model, ids[0].tolist(), 24)
    assert written[:1] == ([best] if best != END_ID else [])


def test_llama_cpp_agrees(exported):
    pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed: llama.cpp cannot be asked")
    from pairtrain.check import open_gguf

    config, folder, model = exported
    tokenizer = load_tokenizer(config["tokenizer"])
    ids = torch.randint(5, 300, (40,)).tolist()
    ours = torch_logits(model, ids)
    for name, limit in (("f32.gguf", 2e-3), ("q8.gguf", 5e-2)):
        llama = open_gguf(folder / name, context=256)
        assert compare(ours, llama_logits(llama, ids))["relative_error"] < limit
        for text in ["x[threadIdx.x] *= 12.0f;\n    }\n", "größe 'S don't  \n\n\tx", "a  b\r\n"]:
            assert llama_ids(llama, text) == plain_ids(tokenizer, text)
