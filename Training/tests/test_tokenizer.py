"""The tokenizer loses nothing and spells digits one by one."""

from pairtrain.tokenizer import answer_ids, load_tokenizer, plain_ids, prompt_ids
from pairtrain.tokens import END_ID, KERNEL_ID, PROBLEM_ID, PROGRAM_ID


def test_round_trip(world):
    config, _ = world
    tokenizer = load_tokenizer(config["tokenizer"])
    for text in ["x = 1\n\n\treturn  y\r\n", "größe → 日本 🙂", "don't WE'LL", " " * 7 + "a  b", "", "\n\n\n"]:
        assert tokenizer.decode(plain_ids(tokenizer, text), skip_special_tokens=False) == text


def test_digits_one_by_one(world):
    config, _ = world
    tokenizer = load_tokenizer(config["tokenizer"])
    assert len(plain_ids(tokenizer, "16384")) == 5


def test_layout(world):
    config, _ = world
    tokenizer = load_tokenizer(config["tokenizer"])
    assert prompt_ids(tokenizer, "module", "x")[0] == PROBLEM_ID
    assert prompt_ids(tokenizer, "program", "x")[0] == PROGRAM_ID
    assert prompt_ids(tokenizer, "module", "x")[-1] == KERNEL_ID
    assert answer_ids(tokenizer, "x")[-1] == END_ID
