"""Training learns, repeats itself, and a resumed run is the run that was not interrupted."""

import torch

from pairtrain.batches import Feed, encode_samples
from pairtrain.model import Shape, Writer, causal_blocks
from pairtrain.optimizer import rate_at
from pairtrain.samples import Sample, split_samples
from pairtrain.train import Run, load_data


def weights(run):
    return [p.detach().clone() for p in run.model.parameters()]


def test_resume_equals_uninterrupted(world):
    config, folder = world
    whole = Run({**config, "out": str(folder / "whole")}, resume=False)
    whole.go()
    first = Run({**config, "out": str(folder / "parts")}, resume=False)
    first.go(until=3)
    second = Run({**config, "out": str(folder / "parts")}, resume=True, workers=1)
    assert second.step == 3
    second.go()
    assert second.totals["tokens"] == whole.totals["tokens"]
    for a, b in zip(weights(whole), weights(second)):
        assert torch.equal(a, b)


def test_loss_falls(world):
    config, _ = world
    run = Run({**config, "steps": 40}, resume=False)
    first = run.one_step()
    for _ in range(39):
        last = run.one_step()
    assert last["answer_loss"] / last["answer_tokens"] < 0.5 * first["answer_loss"] / first["answer_tokens"]


def test_feed_takes_every_sample_once(world):
    config, _ = world
    train, _ = load_data(config)
    feed = Feed(train, 256, 0.1, 1)
    rows = 0
    for _ in range(len(feed.plan)):
        batch = feed.take()
        rows += len(batch.inputs)
        assert batch.inputs.numel() <= 256 or len(batch.inputs) == 1 or batch.inputs.shape[1] % 16 == 0
    assert rows == len(train) and feed.epoch == 0


def test_held_out_prompts_are_not_trained():
    samples = [Sample("module", "f", f"prompt {i % 20}", f"answer {i}") for i in range(60)]
    train, held = split_samples(samples, 5)
    assert len(held) == 5
    assert not {s.prompt for s in train} & {s.prompt for s in held}


def test_long_samples_are_left_out(world):
    config, _ = world
    from pairtrain.tokenizer import load_tokenizer

    tokenizer = load_tokenizer(config["tokenizer"])
    samples = [Sample("module", "f", "x", "y"), Sample("module", "f", "x", "word " * 400)]
    assert len(encode_samples(tokenizer, samples, 256)) == 1


def test_block_attention_is_causal_attention():
    q, k, v = (torch.randn(2, 4, 600, 16) for _ in range(3))
    fused = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    assert torch.allclose(causal_blocks(q, k, v), fused, atol=1e-5)


def test_the_future_is_not_seen():
    model = Writer(Shape(64, 64, 2, 4, 2, 96)).eval()
    ids = torch.randint(0, 64, (1, 12))
    changed = ids.clone()
    changed[0, 8:] = (changed[0, 8:] + 1) % 64
    assert torch.allclose(model(ids)[0, :8], model(changed)[0, :8], atol=1e-5)


def test_rate_warms_up_stays_and_decays():
    config = {"rate": 1.0, "steps": 100, "warmup_steps": 10, "decay_steps": 20}
    rates = [rate_at(s, config) for s in range(100)]
    assert rates[0] == 0.1 and rates[9] == 1.0 and rates[50] == 1.0 and rates[80] == 1.0
    assert all(a > b for a, b in zip(rates[80:], rates[81:])) and rates[99] < 0.05
