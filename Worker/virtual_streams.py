"""Streams and events of torch.cuda, as PyTorch's general ones for the device. Everything runs at once and in order."""

import ctypes

import torch

from devices import UnsupportedOnVirtualGPU

CUDA = 1  # c10::DeviceType::CUDA


class StreamBase(torch.Stream):
    def __new__(cls, priority=0, stream_id=0, device_index=0, device_type=0, stream_ptr=0, **options):
        if stream_ptr:
            stream_id, device_type = stream_ptr, CUDA
        if device_type:
            made = super().__new__(cls, stream_id=stream_id, device_index=device_index, device_type=device_type)
        else:
            made = super().__new__(cls, device="cuda:0", priority=max(-5, min(0, priority)))
        made._priority = max(-5, min(0, priority))
        return made

    @property
    def cuda_stream(self):
        return self.stream_id

    @property
    def priority(self):
        return self._priority

    @staticmethod
    def priority_range():
        return (0, -5)


class EventBase(torch.Event):
    def __new__(cls, enable_timing=False, blocking=False, interprocess=False, external=False):
        if interprocess:
            raise UnsupportedOnVirtualGPU("events between processes")
        return super().__new__(cls, device="cuda:0", enable_timing=enable_timing, blocking=blocking, interprocess=False)

    @property
    def cuda_event(self):
        return self.event_id

    def elapsed_time(self, end_event):
        # torch.Event's own takes no event of a derived class.
        if not (isinstance(end_event, torch.Event) and self.cuda_event and end_event.cuda_event):
            raise RuntimeError("Both events must be recorded before calculating elapsed time.")
        milliseconds = ctypes.c_float()
        first, second = ctypes.c_void_p(self.cuda_event), ctypes.c_void_p(end_event.cuda_event)
        code = self.runtime.cudaEventElapsedTime(ctypes.byref(milliseconds), first, second)
        if code:
            raise ValueError(f"Both events must be created with argument 'enable_timing=True' (CUDA error {code}).")
        return milliseconds.value

    @classmethod
    def from_ipc_handle(cls, device, handle):
        raise UnsupportedOnVirtualGPU("events between processes")

    def ipc_handle(self):
        raise UnsupportedOnVirtualGPU("events between processes")


def functions(runtime, device):
    EventBase.runtime = runtime
    device.virtual_cuda_stream.restype = ctypes.c_int64
    device.virtual_cuda_set_stream.argtypes = [ctypes.c_int64]

    def set_stream(stream_id, device_index=0, device_type=CUDA):
        device.virtual_cuda_set_stream(stream_id)

    return {
        "_CudaStreamBase": StreamBase,
        "_CudaEventBase": EventBase,
        "_cuda_setStream": set_stream,
        "_cuda_getCurrentStream": lambda index: (device.virtual_cuda_stream(), 0, CUDA),
        "_cuda_getCurrentRawStream": lambda index: device.virtual_cuda_stream(),
        "_cuda_getDefaultStream": lambda index: (0, 0, CUDA),
        "_cuda_getStreamFromExternal": lambda handle, index: (handle, 0, CUDA),
    }
