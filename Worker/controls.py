"""What the judge turns and reads on the device while a candidate runs: the virtual GPU's own switches, or those of a gate before
a real one."""

import ctypes

import torch


class VirtualControls:
    """The switches of the virtual GPU's runtime, which lies in this process."""

    def __init__(self, runtime_library: str):
        library = ctypes.CDLL(runtime_library, mode=ctypes.RTLD_GLOBAL)

        def function(name, result, *arguments):
            found = getattr(library, name)
            found.restype, found.argtypes = result, list(arguments)
            return found

        self._ghost = function("vgpu_set_ghost", None, ctypes.c_int)
        self._launches = function("vgpu_launch_count", ctypes.c_ulonglong)
        self._schedule = function("vgpu_set_schedule", None, ctypes.c_ulonglong)
        self._poison = function("vgpu_set_poison", None, ctypes.c_uint)
        self._time = function("vgpu_set_time_limit", None, ctypes.c_double)
        self._report = function("vgpu_report_now", None)
        self._error = function("vgpu_kernel_error", ctypes.c_int)
        self._reset = function("vgpu_reset_errors", None)

    def set_up(self, options: dict) -> None:
        self._reset()
        self._ghost(1 if options.get("ghost") else 0)
        self._schedule(options.get("schedule", 0))
        if options.get("poison") is not None:
            self._poison(options["poison"])
        if options.get("seconds") is not None:
            self._time(options["seconds"])

    def launches(self) -> int:
        return self._launches()

    def kernel_error(self) -> int:
        return self._error()

    def report(self) -> None:
        self._report()


class CudaControls:
    """A real GPU: launches of extensions are counted and stopped at the gate; memory that PyTorch hands out again is filled."""

    _KEPT = 1 << 20  # up to here PyTorch's allocator takes pieces of blocks of 2 MB
    _HALF = 10 << 20  # and up to here of blocks of 20 MB

    def __init__(self, clock):
        self._clock = clock

    def set_up(self, options: dict) -> None:
        self._clock.set_ghost(1 if options.get("ghost") else 0)
        self._clock.set_profiling(1 if options.get("profile") else 0)
        if options.get("poison") is not None:
            self._fill(options["poison"], options.get("sizes", []))

    def launches(self) -> int:
        return self._clock.launches()

    def kernel_error(self) -> int:
        return 0

    def report(self) -> None:
        pass

    def _fill(self, word: int, sizes) -> None:
        """Blocks of the sizes that a call will ask for, full of a word, given back to PyTorch's allocator."""
        torch.cuda.empty_cache()
        large = [size for size in sizes if size > self._HALF]
        word = word - (1 << 32) if word >= 1 << 31 else word
        filled = [
            torch.full((size // 4 + 1,), word, dtype=torch.int32, device="cuda")
            for size in [self._KEPT - 512] * 8 + [self._HALF] * 4 + large * 2
        ]
        torch.cuda.synchronize()
        del filled
