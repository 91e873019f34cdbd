"""What the tests of the virtual device share: its two libraries, built once per content, and its installation."""

import concurrent.futures
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
WORKER = ROOT / "Worker"
RUNTIME = ROOT / "Sources" / "CVirtualCUDARuntime"
GPU = {"name": "NVIDIA H100 80GB HBM3", "computeCapability": [9, 0], "memoryBytes": 81008 * 2**20}

if str(WORKER) not in sys.path:
    sys.path.insert(0, str(WORKER))


def cached(name, sources, build):
    """The library out of a temporary folder, built there where its sources have changed."""
    digest = hashlib.sha256(sys.version.encode())
    for source in sorted(sources):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    folder = pathlib.Path(tempfile.gettempdir()) / f"basic-device-tests-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    library = folder / f"{name}-{digest.hexdigest()[:24]}.so"
    if not library.exists():
        build(library)
    return library


def build_runtime(library):
    clang = shutil.which(os.environ.get("CC", "clang"))
    if clang is None:
        raise RuntimeError("building the virtual GPU's runtime needs clang (or CC)")
    with tempfile.TemporaryDirectory() as folder:
        flags = ["-std=gnu11", "-D_GNU_SOURCE", "-O2", "-march=native", "-fPIC", "-ffp-contract=off", "-w"]

        def compile_one(source):
            made = f"{folder}/{source.name}.o"
            subprocess.run([clang, *flags, "-I", str(RUNTIME / "include"), "-c", str(source), "-o", made], check=True)
            return made

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            objects = list(pool.map(compile_one, sorted(RUNTIME.glob("*.c"))))
        unfinished = library.with_suffix(f".{os.getpid()}")
        subprocess.run([clang, "-shared", *objects, "-o", str(unfinished), "-lpthread", "-lm"], check=True)
        os.replace(unfinished, library)


def runtime_library():
    return cached("libvgpu", [*RUNTIME.glob("*.c"), *RUNTIME.glob("*.h"), *RUNTIME.glob("include/*.h")], build_runtime)


def device_library():
    import build_device

    sources = [*build_device.SOURCES.glob("*"), WORKER / "build_device.py"]
    return cached("libdevice", sources, build_device.build)


def install():
    """The virtual GPU in this process, with its memory checks on, so that PyTorch's side of them is tested too."""
    os.environ.setdefault("BASIC_VGPU_CHECK", "memory")
    os.environ.setdefault("BASIC_VGPU_GPU", "h100")
    import devices

    devices.install_virtual(runtime_library(), device_library(), GPU)
    return devices
