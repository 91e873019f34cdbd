"""KernelBench's problems at sizes that a test can afford: python kernelbench_models.py [PART OF A NAME …]

Module-level integers are halved until they are small, with several sizes tried until the model works on the CPU. Then the
model runs on the virtual device, with the same weights and inputs.
"""

import ast
import copy
import os
import pathlib
import sys
import time

import torch

LARGEST = 1 << 22  # elements of all inputs together
SIZES = (16, 32, 64, 128, 256, 512, 1024, 4096)


def problems(*parts):
    data = os.environ.get("BASIC_TEST_DATA")
    folder = pathlib.Path(data or "") / "KernelBench" / "KernelBench"
    if not data or not folder.is_dir():
        return []
    found = [path for level in ("level1", "level2", "level3") for path in sorted((folder / level).glob("*.py"))]
    return [path for path in found if not parts or any(part in f"{path.parent.name}/{path.name}" for part in parts)]


def scaled(source, size, batch):
    """The module's text with every module-level integer above `size` halved while it is even, and batches of `batch`."""
    tree = ast.parse(source)

    def smaller(name, value):
        if batch and "batch" in name:
            return min(value, batch)
        while value > size and value % 2 == 0:
            value //= 2
        return min(value, size) if value > 8 * size else value

    for statement in tree.body:
        if not isinstance(statement, ast.Assign):
            continue
        name = getattr(statement.targets[0], "id", "")
        for node in ast.walk(statement.value):
            if isinstance(node, ast.Constant) and type(node.value) is int:
                node.value = smaller(name, node.value)
    return ast.unparse(tree)


def count(value):
    if isinstance(value, torch.Tensor):
        return value.numel()
    if isinstance(value, (list, tuple)):
        return sum(map(count, value))
    return 0


def prepared(path):
    """A model made twice, its inputs and what it makes of them on the CPU, at the smallest sizes at which it works."""
    source, last = path.read_text(encoding="utf-8"), None
    for size, batch in [(size, 2) for size in SIZES] + [(size, None) for size in SIZES]:
        space = {"__name__": "problem"}
        try:
            exec(compile(scaled(source, size, batch), str(path), "exec"), space)
            with torch.device("meta"):
                if count(space["get_inputs"]()) > LARGEST:
                    continue
            model, twin = (seeded(space) for _ in range(2))  # a copy would share what lambdas hold
            inputs = space["get_inputs"]()
            with torch.no_grad():
                torch.manual_seed(9)
                expected = model(*copy.deepcopy(inputs))
            return twin, inputs, expected
        except Exception as error:  # sizes that do not fit each other
            last = error
    raise RuntimeError(f"no size works on the CPU: {last!r}")


def seeded(space):
    torch.manual_seed(7)
    return space["Model"](*space["get_init_inputs"]()).eval()


def to_device(value, device):
    if isinstance(value, torch.Tensor):
        return value.to(device)
    if isinstance(value, (list, tuple)):
        return type(value)(to_device(item, device) for item in value)
    return value


def differences(expected, found):
    """Pairs of (largest difference, whether bits are equal) over all tensors; raises where the structure differs."""
    if isinstance(expected, torch.Tensor):
        if not found.is_cuda:
            raise AssertionError("a result that is not on the device")
        found = found.cpu()
        if found.shape != expected.shape or found.dtype != expected.dtype:
            raise AssertionError(f"{found.dtype} {tuple(found.shape)} in place of {expected.dtype} {tuple(expected.shape)}")
        if torch.equal(found, expected) or (expected.isnan().any() and torch.allclose(found, expected, 0, 0, equal_nan=True)):
            return [(0.0, True)]
        scale = expected.abs().max().clamp_min(1e-30)
        return [(((found - expected).abs().max() / scale).item(), False)]
    if isinstance(expected, (list, tuple)):
        if len(expected) != len(found):
            raise AssertionError("another number of results")
        return [pair for a, b in zip(expected, found) for pair in differences(a, b)]
    if expected != found:
        raise AssertionError(f"{found!r} in place of {expected!r}")
    return []


def compare(path):
    """The largest difference, relative to the largest element, and whether all bits are equal."""
    model, inputs, expected = prepared(path)
    model, inputs = model.to("cuda"), to_device(inputs, "cuda")
    with torch.no_grad():
        torch.manual_seed(9)
        pairs = differences(expected, model(*inputs))
    return max((pair[0] for pair in pairs), default=0.0), all(pair[1] for pair in pairs)


def main():
    import virtual_gpu

    virtual_gpu.install()
    torch.set_num_threads(2)
    equal = close = 0
    failed = []
    for path in problems(*sys.argv[1:]):
        begun = time.monotonic()
        try:
            difference, same = compare(path)
            equal, close = equal + same, close + (not same and difference < 1e-5)
            if not same:
                print(f"{path.parent.name}/{path.name}: {difference:.2e} ({time.monotonic() - begun:.1f} s)", flush=True)
            if difference >= 1e-5:
                failed.append(path.name)
        except Exception as error:
            failed.append(path.name)
            print(f"{path.parent.name}/{path.name}: {error!r}"[:600], flush=True)
        if time.monotonic() - begun > 5:
            print(f"{path.parent.name}/{path.name}: {time.monotonic() - begun:.1f} s", flush=True)
    print(f"{equal} equal, {close} within 1e-5, {len(failed)} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
