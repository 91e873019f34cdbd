"""Compiles the CUDA device for PyTorch's CPU build: python build_device.py OUT.so

Only PyTorch's C++ headers are used. $CXX names the compiler; without it clang++ or g++ is taken, whichever is there.
"""

import concurrent.futures
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SOURCES = pathlib.Path(__file__).resolve().parent / "virtual_cuda"
FLAGS = ["-std=c++20", "-O1", "-fPIC", "-fvisibility=hidden", "-DNDEBUG", "-w"]


class BuildError(Exception):
    """Why there is no device library: a sentence, and the compiler's own words where it has spoken."""


def find_compiler():
    asked = os.environ.get("CXX")
    for name in [asked] if asked else ["clang++", "g++"]:
        found = shutil.which(name)
        if found:
            return found
    raise BuildError(f"no C++ compiler: {asked or 'neither clang++ nor g++'} was found (set CXX to one)")


def torch_folder():
    # Without importing PyTorch, which takes longer than a file's compilation.
    found = importlib.util.find_spec("torch")
    if found is None or not found.submodule_search_locations:
        raise BuildError("this Python has no PyTorch")
    return pathlib.Path(found.submodule_search_locations[0])


def run(command):
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    if ended.returncode:
        raise BuildError(f"{command[0]} failed ({ended.returncode}):\n{ended.stderr[-8000:]}")


def build(target):
    compiler, torch = find_compiler(), torch_folder()
    # The largest first, so that the last one is a short one.
    sources = sorted(SOURCES.glob("*.cpp"), key=lambda source: -source.stat().st_size)
    target = pathlib.Path(target).resolve()
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        objects = [f"{folder}/{source.stem}.o" for source in sources]
        commands = [
            [compiler, *FLAGS, "-isystem", str(torch / "include"), "-c", str(source), "-o", made]
            for source, made in zip(sources, objects)
        ]
        list(pool.map(run, commands))
        # Under another name first: whoever sees the library sees all of it.
        unfinished = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            libraries = torch / "lib"
            run([compiler, "-shared", *objects, "-o", str(unfinished), f"-L{libraries}", f"-Wl,-rpath,{libraries}", "-ltorch_cpu", "-lc10"])
            os.replace(unfinished, target)
        finally:
            unfinished.unlink(missing_ok=True)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: build_device.py OUT.so")
    try:
        build(sys.argv[1])
    except BuildError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
