"""The GPU that a worker's programs see: a real one, or the virtual one under PyTorch's CPU build."""

MARK = "UnsupportedOnVirtualGPU: "


class UnsupportedOnVirtualGPU(NotImplementedError):
    """A feature that the virtual GPU does not have. The C++ side raises NotImplementedError with the same mark."""

    def __init__(self, name):
        super().__init__(MARK + name)
        self.name = name


class UnsupportedModule(UnsupportedOnVirtualGPU, ImportError):
    """A module that writes or runs kernels past nvcc. Programs that can do without it catch an ImportError."""


def unsupported_name(error):
    """The feature's name, where an exception or one that it came from says that the virtual GPU lacks it; else None."""
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, NotImplementedError):
            for line in str(error).splitlines():
                if MARK in line:
                    return line.split(MARK, 1)[1].strip()
        error = error.__cause__ or error.__context__
    return None


def install_virtual(runtime_library, device_library, gpu):
    """Gives PyTorch's CPU build a GPU. To be called once, before anything is computed.

    runtime_library: the virtual GPU's CUDA runtime as a shared library
    device_library: what build_device.py has made
    gpu: {"name": …, "computeCapability": [major, minor], "memoryBytes": …}
    """
    import virtual_device

    virtual_device.install(runtime_library, device_library, gpu)


def install_real():
    """Checks that there is a GPU, and starts it; changes nothing."""
    import torch

    if not torch.cuda.is_available():
        raise RuntimeError("PyTorch sees no GPU on this machine")
    torch.zeros(1, device="cuda")
    torch.cuda.synchronize()
