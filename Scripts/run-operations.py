#!/usr/bin/env python3
"""Runs on a GPU what the operations' tests have written, so that their expectations are held against the hardware.

    BASIC_OPERATIONS=dir swift test … --filter OperationTests     here: writes kernels and inputs
    Scripts/run-operations.py dir                                 on a machine with a GPU: writes dir/*/output
    BASIC_OPERATIONS=dir swift test … --filter OperationTests     here, with these outputs: compares

Needs the driver and ptxas (PTXAS, or on PATH), and nothing of PyTorch.
"""

import concurrent.futures
import ctypes
import glob
import json
import os
import subprocess
import sys

root = sys.argv[1]
cuda = ctypes.CDLL("libcuda.so.1")


def call(name, *arguments):
    result = getattr(cuda, name)(*arguments)
    if result:
        text = ctypes.c_char_p()
        cuda.cuGetErrorString(result, ctypes.byref(text))
        raise RuntimeError(f"{name}: {result} {(text.value or b'').decode()}")


def assembled(module):
    """ptxas's machine code; a module that it does not take says why."""
    target = module[:-4] + ".cubin"
    made = subprocess.run(
        [os.environ.get("PTXAS", "ptxas"), f"-arch=sm_{capability}", module, "-o", target], capture_output=True, text=True)
    return (target, None) if made.returncode == 0 else (None, made.stderr or made.stdout)


call("cuInit", 0)
device, context, major, minor = ctypes.c_int(), ctypes.c_void_p(), ctypes.c_int(), ctypes.c_int()
call("cuDeviceGet", ctypes.byref(device), 0)
call("cuDeviceGetAttribute", ctypes.byref(major), 75, device)
call("cuDeviceGetAttribute", ctypes.byref(minor), 76, device)
capability = f"{major.value}{minor.value}"
call("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
call("cuCtxSetCurrent", context)

folders = sorted(os.path.dirname(path) for path in glob.glob(f"{root}/*/jobs.json"))
modules = {folder: sorted(glob.glob(folder + "/module*.ptx")) for folder in folders}
with concurrent.futures.ThreadPoolExecutor() as pool:
    everything = [module for folder in folders for module in modules[folder]]
    built = dict(zip(everything, pool.map(assembled, everything)))

failed = 0
for folder in folders:
    functions = {}
    for module in modules[folder]:
        code, log = built[module]
        if code is None:
            print(f"{module}: ptxas does not take it: {log[:600]}")
            failed += 1
            continue
        handle = ctypes.c_void_p()
        with open(code, "rb") as file:
            call("cuModuleLoadData", ctypes.byref(handle), file.read())
        for line in open(module):
            if ".entry" in line:
                name = line.split(".entry")[1].split("(")[0].strip()
                function = ctypes.c_void_p()
                call("cuModuleGetFunction", ctypes.byref(function), handle, name.encode())
                functions[name] = function
    with open(folder + "/jobs.json") as file:
        jobs = json.load(file)
    with open(folder + "/output", "wb") as output:
        for job in jobs:
            made = bytearray(job["outputBytes"])
            if job["kernel"] in functions:
                with open(f"{root}/inputs/{job['input']}", "rb") as file:
                    given = file.read()
                source, target = ctypes.c_uint64(), ctypes.c_uint64()
                call("cuMemAlloc_v2", ctypes.byref(source), ctypes.c_size_t(len(given) + 64))
                call("cuMemAlloc_v2", ctypes.byref(target), ctypes.c_size_t(len(made) + 64))
                call("cuMemcpyHtoD_v2", source, given, ctypes.c_size_t(len(given)))
                call("cuMemsetD8_v2", target, ctypes.c_ubyte(0), ctypes.c_size_t(len(made) + 64))
                parameters = (ctypes.c_void_p * 2)(
                    ctypes.cast(ctypes.byref(source), ctypes.c_void_p), ctypes.cast(ctypes.byref(target), ctypes.c_void_p))
                call(
                    "cuLaunchKernel", functions[job["kernel"]], job["blocks"], 1, 1, job["threads"], 1, 1, job["shared"], None,
                    parameters, None)
                call("cuCtxSynchronize")
                bytes_ = (ctypes.c_char * len(made)).from_buffer(made)
                call("cuMemcpyDtoH_v2", bytes_, target, ctypes.c_size_t(len(made)))
                call("cuMemFree_v2", source)
                call("cuMemFree_v2", target)
                del bytes_
            output.write(made)
    print(f"{folder}: {len(jobs)} launches, {len(functions)} kernels")
sys.exit(1 if failed else 0)
