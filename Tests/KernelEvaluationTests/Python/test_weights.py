"""Which of a candidate's parameters get which of the reference's values."""

import itertools
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "Worker"))

import torch  # noqa: E402

import weights  # noqa: E402


class Tensors(torch.nn.Module):
    """A model that consists of parameters."""

    def __init__(self, **parameters):
        super().__init__()
        for name, value in parameters.items():
            self.register_parameter(name, torch.nn.Parameter(value))


def given_to(candidate, reference):
    """What a candidate's parameters are called in the reference, where it is given the reference's."""
    fresh = {name: value for name, _, value, _ in weights.randomise(reference, seed=3)}
    state = {name: tensor.detach().clone() for name, tensor in reference.state_dict().items()}
    answer = weights.give(candidate, state, fresh)
    names = {}
    for name, tensor in candidate.state_dict().items():
        for other, value in state.items():
            if tensor.shape == value.shape and bool((tensor == value).all()):
                names[name] = other
    return answer["how"], names


class PairTests(unittest.TestCase):
    def test_first_values_tell_apart_what_has_one_shape(self):
        parts = {"w": torch.ones(6), "b": torch.zeros(6), "d": torch.randn(6), "m": torch.randn(2, 6)}
        for order in itertools.permutations(parts):
            # Made after the same seed: what is drawn is the same.
            reference = Tensors(
                weight=torch.ones(6), bias=torch.zeros(6), drawn=parts["d"].clone(), other=parts["m"].clone()
            )
            candidate = Tensors(**{name: parts[name].clone() for name in order})
            how, names = given_to(candidate, reference)
            self.assertEqual(how, "order")
            self.assertEqual(names, {"w": "weight", "b": "bias", "d": "drawn", "m": "other"})

    def test_what_nothing_tells_apart_is_taken_in_order(self):
        reference = Tensors(a=torch.ones(6), b=torch.ones(6), c=torch.randn(6), d=torch.randn(6))
        candidate = Tensors(p=torch.randn(6), q=torch.ones(6), r=torch.randn(6), s=torch.ones(6))
        self.assertEqual(given_to(candidate, reference), ("order", {"q": "a", "s": "b", "p": "c", "r": "d"}))

    def test_where_a_candidate_makes_others_all_of_a_shape_are_taken_in_order(self):
        reference = Tensors(weight=torch.ones(6), bias=torch.zeros(6), scale=torch.ones(4))
        candidate = Tensors(s=torch.full((4,), 7.0), w=torch.zeros(6), b=torch.zeros(6))
        self.assertEqual(given_to(candidate, reference), ("order", {"w": "weight", "b": "bias", "s": "scale"}))

    def test_matrices_that_are_kept_transposed_are_not_taken_for_each_other(self):
        first, second = torch.randn(4, 3), torch.randn(3, 4)
        reference = Tensors(first=first, second=second)
        transposed = Tensors(a=first.t().clone(), b=second.t().clone())
        self.assertEqual(given_to(transposed, reference)[0], "none")
        swapped = Tensors(b=second.clone(), a=first.clone())
        self.assertEqual(given_to(swapped, reference), ("order", {"a": "first", "b": "second"}))

    def test_names_that_both_have_come_first(self):
        reference = Tensors(a=torch.ones(6), b=torch.zeros(6))
        candidate = Tensors(b=torch.ones(6), x=torch.zeros(6))
        self.assertEqual(given_to(candidate, reference), ("order", {"b": "b", "x": "a"}))

    def test_there_have_to_be_as_many_of_each_shape(self):
        reference = Tensors(a=torch.ones(6), b=torch.zeros(4))
        for candidate in [
            Tensors(x=torch.ones(6)),
            Tensors(x=torch.ones(6), y=torch.zeros(5)),
            Tensors(x=torch.ones(6), y=torch.zeros(4), z=torch.zeros(4)),
            Tensors(a=torch.ones(5), y=torch.zeros(4)),
        ]:
            self.assertEqual(given_to(candidate, reference)[0], "none")


class RandomiseTests(unittest.TestCase):
    def test_what_is_named_changes_and_nothing_else(self):
        def model(**options):
            torch.manual_seed(1)
            made = Tensors(a=torch.randn(6), b=torch.randn(6), ones=torch.ones(6), zeros=torch.zeros(6))
            weights.randomise(made, seed=3, **options)
            return {name: tensor.detach() for name, tensor in made.named_parameters()}

        plain, changed, kept = model(), model(changed=["b"]), model(kept=["zeros"])
        for name in plain:
            self.assertEqual(bool((plain[name] == changed[name]).all()), name != "b")
            self.assertEqual(bool((plain[name] == kept[name]).all()), name != "zeros")
        self.assertTrue(bool((changed["b"] != plain["b"]).all()))
        self.assertTrue(bool((kept["zeros"] == 0).all()))

    def test_a_gate_that_starts_closed_is_opened(self):
        model = Tensors(gate=torch.tensor(0.0))
        model.register_parameter("count", torch.nn.Parameter(torch.tensor([3]), requires_grad=False))
        weights.randomise(model, seed=3, changed=["gate", "count"])
        self.assertNotEqual(float(model.gate), 0.0)
        self.assertEqual(int(model.count), 3)


if __name__ == "__main__":
    unittest.main()
