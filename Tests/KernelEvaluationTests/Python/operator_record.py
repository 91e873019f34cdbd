"""Every operator that PyTorch tests itself with, on the virtual device and on the CPU: python operator_record.py [NAME …]

The samples are PyTorch's own (torch.testing._internal, which needs the package expecttest). A result is equal where the CPU's
tensor has the same bits or differs by rounding, and where what raises on one raises on the other.
"""

import copy
import sys
import traceback

import torch

# What cannot be the same twice: contents of fresh memory, and numbers that no generator's seed decides.
UNDEFINED = {
    "empty", "empty_like", "empty_strided", "empty_permuted", "new_empty", "new_empty_strided", "resize_", "resize_as_",
    "geqrf", "svd_lowrank", "pca_lowrank", "linalg.eig", "linalg.svd", "svd", "linalg.eigh", "linalg.lstsq",
}
NARROW = (torch.float16, torch.bfloat16)


def operators(*names):
    from torch.testing._internal.common_methods_invocations import op_db

    return [op for op in op_db if not names or op.name in names]


def moved(value, device):
    if isinstance(value, torch.Tensor):
        if value.layout != torch.strided:
            raise NotImplementedError("sparse")
        copied = torch.empty_strided(value.shape, value.stride(), dtype=value.dtype, device=device)
        overlaps = any(size > 1 and step == 0 for size, step in zip(value.shape, value.stride()))
        if overlaps or value.is_conj():
            copied = value.detach().resolve_conj().contiguous().to(device)
        else:
            copied.copy_(value.detach())
        return copied.requires_grad_(value.requires_grad)
    if isinstance(value, torch.Generator):
        return torch.Generator(device)
    if isinstance(value, torch.device) or value in ("cpu", "cuda", "cuda:0"):
        return torch.device(device)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(moved(item, device) for item in value))
    if isinstance(value, (list, tuple)):
        return type(value)(moved(item, device) for item in value)
    if isinstance(value, dict):
        return {key: moved(item, device) for key, item in value.items()}
    return value


def tensors(value):
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (list, tuple)):
        return [tensor for item in value for tensor in tensors(item)]
    if isinstance(value, dict):
        return [tensor for item in value.values() for tensor in tensors(item)]
    return []


def difference(name, expected, found):
    """A sentence where two results differ; None where not."""
    expected, found = tensors(expected), tensors(found)
    if len(expected) != len(found):
        return f"{len(found)} tensors in place of {len(expected)}"
    for a, b in zip(expected, found):
        if a.layout != torch.strided:
            return None
        if a.shape != b.shape or a.dtype != b.dtype:
            return f"{b.dtype} {tuple(b.shape)} in place of {a.dtype} {tuple(a.shape)}"
        if a.numel() and not b.is_cuda:
            return "a result that is not on the device"
        if name in UNDEFINED:
            continue
        if a.stride() != b.stride() and a.numel() > 1:
            return f"strides {b.stride()} in place of {a.stride()}"
        a, b = a.detach().resolve_conj(), b.detach().cpu().resolve_conj()
        tolerance, scale = (2e-2, 1.0) if a.dtype in NARROW else (1e-4, 1.0)
        if a.dtype in NARROW and a.numel():
            # Of sums of products the device's are the better rounded ones: elements near nought differ by the large ones' last bits.
            scale = max(1.0, a.float().nan_to_num(0, 0, 0).abs().max().item() / 10)
        if not torch.allclose(a.to(torch.complex128), b.to(torch.complex128), tolerance, tolerance * scale, equal_nan=True):
            return "other values"
    return None


def run(function, device, sample, gradients):
    torch.manual_seed(1)
    given, arguments, options = moved((sample.input, sample.args, sample.kwargs), device)
    result = function(given, *arguments, **options)
    if not gradients:
        return result
    outputs = [tensor for tensor in tensors(result) if tensor.requires_grad]
    inputs = [tensor for tensor in tensors((given, arguments, options)) if tensor.requires_grad]
    if not outputs or not inputs:
        return result
    found = torch.autograd.grad([output.abs().sum() if output.is_complex() else output.sum() for output in outputs], inputs, allow_unused=True)
    return result, [gradient for gradient in found if gradient is not None]


def attempt(function, device, sample, gradients):
    try:
        with torch.set_grad_enabled(gradients):
            return run(function, device, sample, gradients), None
    except Exception as error:
        return None, error


def variants(op):
    yield "", op.op
    if op.method_variant is not None:
        yield ".method", op.method_variant
    if op.inplace_variant is not None:
        yield ".inplace", op.inplace_variant
    if op.supports_out:
        yield ".out", with_out(op.op)


def with_out(function):
    """The operator that writes into a tensor: one that it has to grow, and then one that is a view with gaps."""

    def both(*arguments, **options):
        result = function(*arguments, **options)
        if not isinstance(result, torch.Tensor) or result.layout != torch.strided:
            return result
        small = torch.empty(0, dtype=result.dtype, device=result.device)
        function(*arguments, **options, out=small)
        wide = torch.full((*result.shape, 2), 7, dtype=result.dtype, device=result.device)
        function(*arguments, **options, out=wide[..., 0])
        return small, wide

    return both


def record(op, types=(torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.complex64, torch.bool)):
    """What differs between the devices: (variant, type, sentence), and how many samples were equal."""
    equal, differing = 0, []
    for dtype in types:
        if not op.supports_dtype(dtype, "cpu") and not (dtype in NARROW and op.supports_dtype(dtype, "cuda")):
            continue
        gradients = dtype == torch.float32 and op.supports_autograd
        for index, sample in enumerate(op.sample_inputs("cpu", dtype, requires_grad=gradients)):
            if index == 8:
                break
            for suffix, function in variants(op):
                derives = gradients and suffix not in (".inplace", ".out")
                expected, failed = attempt(function, "cpu", sample, derives)
                found, raised = attempt(function, "cuda", sample, derives)
                what = None
                if raised is not None and failed is None:
                    what = f"{type(raised).__name__}: {str(raised).splitlines()[0][:200] if str(raised) else ''}"
                elif failed is None:
                    what = difference(op.name, expected, found)
                if what is None:
                    equal += 1
                elif len(differing) < 3:
                    differing.append((suffix, str(dtype), what))
    return equal, differing


def main():
    import virtual_gpu

    virtual_gpu.install()
    torch.set_num_threads(2)
    equal = failed = 0
    for op in operators(*sys.argv[1:]):
        name = op.name + (f"[{op.variant_test_name}]" if op.variant_test_name else "")
        try:
            good, differing = record(op)
        except Exception as error:
            good, differing = 0, [("", "", f"the record itself: {error!r} {traceback.format_exc(limit=-2)}"[:600])]
        equal += good
        failed += bool(differing)
        for suffix, dtype, what in differing:
            print(f"{name}{suffix} {dtype}: {what}", flush=True)
    print(f"{equal} samples equal, {failed} operators differ")


if __name__ == "__main__":
    main()
