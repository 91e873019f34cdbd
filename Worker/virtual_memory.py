"""torch.cuda's questions about memory, answered by the virtual GPU: every tensor is an allocation of its own."""

import ctypes

from devices import UnsupportedOnVirtualGPU

KINDS = ("all", "large_pool", "small_pool")


def functions(runtime, device):
    counts = (ctypes.c_uint64 * 4)()

    def read():
        device.virtual_cuda_memory(counts)
        return tuple(counts)

    def stats(index):
        now, peak, allocations, live = read()

        def all_kinds(current, peak, allocated):
            one = {"current": current, "peak": peak, "allocated": allocated, "freed": allocated - current}
            none = dict.fromkeys(one, 0)
            return {kind: one if kind != "small_pool" else none for kind in KINDS}

        bytes_, blocks = all_kinds(now, peak, peak), all_kinds(live, live, allocations)
        result = {name: bytes_ for name in ("allocated_bytes", "reserved_bytes", "active_bytes", "requested_bytes")}
        result.update({name: blocks for name in ("allocation", "segment", "active")})
        result.update({name: all_kinds(0, 0, 0) for name in ("inactive_split", "inactive_split_bytes")})
        none = dict.fromkeys(("current", "peak", "allocated", "freed"), 0)
        result.update(oversize_allocations=none, oversize_segments=none)
        result.update(num_alloc_retries=0, num_ooms=0, max_split_size=-1, num_sync_all_streams=0)
        result.update(num_device_alloc=allocations, num_device_free=allocations - live)
        return result

    def raw_allocate(size, stream):
        runtime.vgpu_tensor_allocate.restype = ctypes.c_void_p
        address = runtime.vgpu_tensor_allocate(ctypes.c_uint64(size))
        if not address:
            raise MemoryError("CUDA out of memory")
        return address

    def refuse(*arguments, **options):
        raise UnsupportedOnVirtualGPU("another allocator of CUDA memory")

    reset = device.virtual_cuda_reset_peak
    return {
        "_cuda_memoryStats": stats,
        "_cuda_resetPeakMemoryStats": lambda index: reset() and None,
        "_cuda_resetAccumulatedMemoryStats": lambda index: None,
        "_cuda_hostMemoryStats": lambda: {},
        "_cuda_resetPeakHostMemoryStats": lambda: None,
        "_cuda_resetAccumulatedHostMemoryStats": lambda: None,
        "_cuda_emptyCache": lambda: None,
        "_host_emptyCache": lambda: None,
        "_cuda_memorySnapshot": lambda options=None: {"segments": [], "device_traces": []},
        "_cuda_record_memory_history": lambda *arguments, **options: None,
        "_cuda_record_memory_history_legacy": lambda *arguments, **options: None,
        "_cuda_setMemoryFraction": lambda fraction, index: None,
        "_cuda_getMemoryFraction": lambda index: 1.0,
        "_cuda_getAllocatorBackend": lambda: "native",
        "_cuda_cudaCachingAllocator_is_enabled": lambda: False,
        "_cuda_cudaCachingAllocator_enable": lambda value: None,
        "_cuda_cudaCachingAllocator_raw_alloc": raw_allocate,
        "_cuda_cudaCachingAllocator_raw_delete": lambda address: runtime.vgpu_tensor_free(ctypes.c_void_p(address)) and None,
        "_cuda_customAllocator": refuse,
        "_cuda_changeCurrentAllocator": refuse,
        "_cuda_getAllocator": refuse,
    }
