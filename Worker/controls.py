"""What the judge turns and reads on the device while a candidate runs: the virtual GPU's own switches."""

import ctypes


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

