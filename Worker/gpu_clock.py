"""The clock and the gate of a real GPU (gpu_clock.cpp), for Python."""

import ctypes


class GPUClock:
    """Opened before a candidate's code runs; times one call at a time."""

    def __init__(self, library: str, flush_bytes: int):
        found = ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)
        found.basic_gpu_open.restype = ctypes.c_char_p
        found.basic_gpu_open.argtypes = [ctypes.c_size_t]
        found.basic_gpu_launches.restype = ctypes.c_ulonglong
        found.basic_gpu_persisting.restype = ctypes.c_ulonglong
        found.basic_gpu_end.argtypes = [ctypes.POINTER(ctypes.c_double)]
        failure = found.basic_gpu_open(flush_bytes)
        if failure is not None:
            raise RuntimeError(f"the GPU cannot be timed: {failure.decode()}")
        found.basic_gpu_begin.argtypes = [ctypes.c_double]
        self._times = (ctypes.c_double * 3)()
        self._begin, self._end, self.launches = found.basic_gpu_begin, found.basic_gpu_end, found.basic_gpu_launches
        self.persisting = found.basic_gpu_persisting
        self.set_ghost, self.set_profiling = found.basic_gpu_set_ghost, found.basic_gpu_profile

    def begin(self, cover: float) -> None:
        """Starts a call, behind so many seconds of writes that empty the level 2 cache."""
        _check(self._begin(cover))

    def end(self) -> dict:
        """Seconds: of the device by events, of its further work beside the default stream, and of the writes before the
        call."""
        _check(self._end(self._times))
        return dict(zip(("device", "tail", "cover"), self._times))


def _check(result: int) -> None:
    if result:
        raise RuntimeError(f"CUDA error {result} while a call was timed")
