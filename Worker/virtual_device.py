"""The virtual GPU in PyTorch's CPU build: what torch.cuda asks of its C++ side, answered over libvgpu and the device library.

torch.cuda itself stays PyTorch's own. A CPU build lacks the functions torch._C._cuda_*, which are put in here.
"""

import atexit
import ctypes
import importlib
import os
import sys
import time

import torch

import virtual_memory
import virtual_streams
from devices import UnsupportedModule, UnsupportedOnVirtualGPU

CUDA_VERSION = "13.0"
KERNEL_MODULES = {"triton", "cupy", "pycuda", "numba", "tilelang", "cutlass", "tvm"}

# Numbers of cudaDeviceAttr, by the names that torch's properties have.
ATTRIBUTES = {
    "multi_processor_count": 16,
    "max_threads_per_multi_processor": 39,
    "max_threads_per_block": 1,
    "warp_size": 10,
    "regs_per_multiprocessor": 82,
    "shared_memory_per_block": 8,
    "shared_memory_per_block_optin": 97,
    "shared_memory_per_multiprocessor": 81,
    "L2_cache_size": 38,
    "clock_rate": 13,
    "memory_clock_rate": 36,
    "memory_bus_width": 37,
    "is_integrated": 18,
    "is_multi_gpu_board": 84,
}

installed = False


class DeviceProperties:
    """torch.cuda.get_device_properties: read only, as PyTorch's are."""

    def __init__(self, values):
        self.__dict__.update(values)

    def __setattr__(self, name, value):
        raise AttributeError(f"can't set attribute {name}")

    def __repr__(self):
        mib = self.total_memory // 2**20
        return (
            f"_CudaDeviceProperties(name='{self.name}', major={self.major}, minor={self.minor}, total_memory={mib}MB, "
            f"multi_processor_count={self.multi_processor_count}, L2_cache_size={self.L2_cache_size // 2**20}MB)"
        )


def properties_of(runtime, gpu):
    def attribute(number):
        value = ctypes.c_int()
        if runtime.cudaDeviceGetAttribute(ctypes.byref(value), number, 0):
            return 0
        return value.value

    values = {name: attribute(number) for name, number in ATTRIBUTES.items()}
    major, minor = gpu.get("computeCapability") or (attribute(75), attribute(76))
    values.update(
        name=gpu.get("name") or "virtual GPU",
        major=int(major),
        minor=int(minor),
        total_memory=int(gpu.get("memoryBytes") or runtime.vgpu_tensor_memory_total()),
        gcnArchName="",
        uuid="00000000-0000-0000-0000-000000000001",
        pci_bus_id=1,
        pci_device_id=0,
        pci_domain_id=0,
    )
    return DeviceProperties(values)


def refuse(name):
    def refused(*arguments, **options):
        raise UnsupportedOnVirtualGPU(name)

    return refused


def refusing_class(name, feature):
    def new(cls, *arguments, **options):
        raise UnsupportedOnVirtualGPU(feature)

    return type(name, (), {"__new__": new})


class Runtime:
    """torch.cuda.cudart()."""

    class cudaError(int):
        success = 0

    def __init__(self, runtime):
        self._runtime = runtime
        self._runtime.cudaGetErrorString.restype = ctypes.c_char_p

    def cudaGetErrorString(self, code):
        return self._runtime.cudaGetErrorString(int(code)).decode()

    def cudaMemGetInfo(self, device=0):
        return self._runtime.vgpu_tensor_memory_free(), self._runtime.vgpu_tensor_memory_total()

    def cudaProfilerStart(self):
        return self.cudaError.success

    cudaProfilerStop = cudaProfilerStart

    def __getattr__(self, name):
        raise UnsupportedOnVirtualGPU(f"torch.cuda.cudart().{name}")


class Ranges:
    """torch.cuda.nvtx: nobody looks on, so there is nothing to mark."""

    def __init__(self):
        self.depth = 0
        self.handle = 0

    def rangePushA(self, message):
        self.depth += 1
        return self.depth - 1

    def rangePop(self):
        self.depth -= 1
        return self.depth

    def rangeStartA(self, message):
        self.handle += 1
        return self.handle

    def rangeEnd(self, handle):
        return None

    def markA(self, message):
        return None


class KernelModules:
    """The last to be asked for a module: says by name which makers of kernels the virtual GPU cannot serve."""

    def find_spec(self, name, path=None, target=None):
        # Who only asks whether the module is there (importlib.util.find_spec) is told that it is not.
        is_import = sys._getframe(2).f_code.co_name == "_find_and_load_unlocked"
        if is_import and name.partition(".")[0] in KERNEL_MODULES:
            raise UnsupportedModule(name.partition(".")[0])
        return None


def run_eagerly(model=None, *, backend="inductor", **options):
    """torch.compile: the function itself. The virtual GPU has no compiler but nvcc, and the result is the same."""
    if model is None:
        return lambda later: run_eagerly(later, backend=backend, **options)
    if backend == "cudagraphs":
        raise UnsupportedOnVirtualGPU("CUDA graphs (torch.compile with backend='cudagraphs')")
    return model


def check_device(index):
    if index > 0:
        raise torch.AcceleratorError("CUDA error: invalid device ordinal")
    return index


def device_functions(properties):
    capability = f"sm_{properties.major}{properties.minor}"
    return {
        "_cuda_getDeviceCount": lambda: 1,
        "_cuda_init": lambda: None,
        "_cuda_isInBadFork": lambda: False,
        "_cuda_getArchFlags": lambda: capability,
        "_cuda_getDevice": lambda: 0,
        "_cuda_setDevice": lambda index: check_device(index) and None,
        "_cuda_exchangeDevice": lambda index: -1 if index < 0 else check_device(index),
        "_cuda_maybeExchangeDevice": lambda index: -1 if index < 0 else check_device(index),
        "_cuda_canDeviceAccessPeer": lambda first, second: False,
        "_cuda_synchronize": lambda: torch.accelerator.synchronize(),
        "_cuda_sleep": lambda cycles: None,
        "_cuda_ipc_collect": lambda: None,
        "_cuda_getCompiledVersion": lambda: 13000,
        "_cuda_set_sync_debug_mode": lambda mode: None,
        "_cuda_get_sync_debug_mode": lambda: 0,
        "_cuda_isCurrentStreamCapturing": lambda: False,
        "_cuda_getCublasWorkspaceSize": lambda: 0,
        "_cuda_setCublasWorkspaceSize": lambda size: None,
        "_cuda_set_cudnn_benchmark_limit": lambda limit: None,
        "_cuda_get_cudnn_benchmark_limit": lambda: 10,
        "_cuda_clearCublasWorkspaces": lambda: None,
        "_scatter": lambda tensor, devices, sizes, dimension, streams: (tensor.to("cuda"),),  # to the one there is
        "_cuda_getCurrentBlasHandle": refuse("cuBLAS handles"),
        "_cuda_getCurrentSolverHandle": refuse("cuSOLVER handles"),
        "_cuda_jiterator_compile_and_launch_kernel": refuse("jiterator"),
        "_cuda_tunableop_is_enabled": lambda: False,
        "_cuda_tunableop_enable": refuse("TunableOp"),
        "_graph_pool_handle": refuse("CUDA graphs"),
        "_CUDAGraph": refusing_class("_CUDAGraph", "CUDA graphs"),
        "_CudaDeviceProperties": DeviceProperties,
    }


def install(runtime_library, device_library, gpu):
    global installed
    if installed:
        return
    if hasattr(torch._C, "_cuda_getDeviceCount"):
        raise RuntimeError("the virtual GPU needs PyTorch's CPU build (torch==…+cpu), and this one is built for CUDA")
    runtime = ctypes.CDLL(str(runtime_library), ctypes.RTLD_GLOBAL)
    for name in ("vgpu_tensor_memory_free", "vgpu_tensor_memory_total"):
        getattr(runtime, name).restype = ctypes.c_uint64
    device = ctypes.CDLL(str(device_library))
    device.virtual_cuda_register_operators()
    properties = properties_of(runtime, gpu)
    functions = device_functions(properties)
    functions.update(virtual_memory.functions(runtime, device))
    functions.update(virtual_streams.functions(runtime, device))
    # Attributes of an extension module: `torch._C.x` and `from torch._C import x` see them.
    for name, value in functions.items():
        setattr(torch._C, name, value)
    torch._C._has_cuda = True
    install_in_python(runtime, properties)
    device.virtual_cuda_next_generator_is_default()
    torch.cuda.default_generators = (torch.Generator(device="cuda"),)
    torch.cuda.init()
    installed = True


def install_storages():
    """A CPU build knows no storage on CUDA by its constructor: one is taken from a tensor instead."""
    plain = torch._C.StorageBase.__new__

    def new(cls, *arguments, device=None, **options):
        if device is None or torch.device(device).type != "cuda":
            return plain(cls, *arguments, device=device, **options)
        first = arguments[0] if arguments else 0
        if isinstance(first, int):
            return torch.empty(first, dtype=torch.uint8, device="cuda").untyped_storage()
        return torch.tensor(list(first), dtype=torch.uint8, device="cuda").untyped_storage()

    def resize(storage, size):
        if storage.device.type != "cuda":
            return plain_resize(storage, size)
        if size < storage.nbytes():
            raise UnsupportedOnVirtualGPU("making a storage smaller")
        torch.empty(0, dtype=torch.uint8, device="cuda").set_(storage).resize_(size)
        return storage

    plain_resize = torch.UntypedStorage.resize_
    torch.UntypedStorage.__new__ = new
    torch.UntypedStorage.resize_ = resize


def install_profiler():
    """Profiles have the host's times only: the device has none of its own."""
    plain = torch.autograd.profiler.profile.__init__

    def init(self, enabled=True, *, use_cuda=False, use_device=None, **options):
        plain(self, enabled, use_device=None if use_device == "cuda" else use_device, **options)

    torch.autograd.profiler.profile.__init__ = init


def let_backward_threads_finish():
    """To be called before the interpreter ends. PyTorch derives in a thread of the device, which drops what it has worked on a
    moment after the result is there; if Python has ended by then, the whole process is aborted (before Python 3.12)."""

    def is_busy(task):
        try:
            with open(f"/proc/self/task/{task}/stat", encoding="ascii", errors="replace") as file:
                name, _, rest = file.read().partition("(")[2].rpartition(")")
        except OSError:
            return None
        return rest.split()[0] != "S" if name.startswith("pt_autograd") else None

    quiet = 0
    for _ in range(500):
        states = [state for state in map(is_busy, os.listdir("/proc/self/task")) if state is not None]
        quiet = 0 if any(states) else quiet + 1
        if not states or quiet == 4:
            return
        time.sleep(0.002)  # which also gives them Python's lock


def install_in_python(runtime, properties):
    atexit.register(let_backward_threads_finish)
    install_storages()
    install_profiler()
    cuda = torch.cuda
    importlib.reload(cuda.streams)  # its classes derive from those of torch._C
    importlib.reload(cuda.graphs)
    for name in ("Stream", "Event", "ExternalStream"):
        setattr(cuda, name, getattr(cuda.streams, name))
    for name in ("CUDAGraph", "graph", "graph_pool_handle", "make_graphed_callables", "is_current_stream_capturing"):
        setattr(cuda, name, getattr(cuda.graphs, name))
    cuda._cudart = Runtime(runtime)
    cuda._CudaDeviceProperties = DeviceProperties
    cuda._get_device_properties = lambda index: properties
    cuda._exchange_device = torch._C._cuda_exchangeDevice
    cuda._maybe_exchange_device = torch._C._cuda_maybeExchangeDevice
    cuda._is_in_bad_fork = torch._C._cuda_isInBadFork
    cuda.nvtx._nvtx = Ranges()
    torch.backends.cudnn.is_acceptable = lambda tensor: False  # without its warning
    torch.version.cuda = CUDA_VERSION
    torch.compile = run_eagerly
    torch.nn.Module.compile = lambda module, *arguments, **options: None
    for name in ("utilization", "temperature", "power_draw", "clock_rate", "memory_usage", "device_memory_used"):
        if hasattr(cuda, name):
            setattr(cuda, name, refuse(f"torch.cuda.{name}"))
    sys.meta_path.append(KernelModules())
