"""PyTorch's way to build extensions, answered by the trusted side.

install() puts itself in the place of load_inline() and load() of torch.utils.cpp_extension, for those who took them before and
for those who take them later. What is to be built goes to the trusted side as text; a library comes back.
"""
import importlib.machinery
import importlib.util
import os
import sys

import torch
import torch.utils.cpp_extension as cpp_extension

from extension_library import Extension

# What could not be built, for the judge: the name, the kind and the log.
failures = []

_build = None
# By the text of the request: a candidate that builds in every forward is not built anew.
_modules = {}
_refusals = {}
_LARGEST_HEADER = 1 << 20
_SOURCES = (".cu", ".cpp", ".cc", ".cxx", ".c++", ".c", ".C")
_HEADERS = (".h", ".hh", ".hpp", ".hxx", ".cuh", ".inl", ".inc")


def install(build):
    """Sends every build to `build`, a function from a request to an answer, both of which are dictionaries."""
    global _build
    _build = build
    _replace("load_inline", load_inline)
    _replace("load", load)
    for name in ("CUDAExtension", "CppExtension", "SyclExtension"):
        setattr(cpp_extension, name, _unsupported(name))
    cpp_extension.BuildExtension = _BuildExtension
    cpp_extension.CUDA_HOME = cpp_extension.CUDA_HOME or "/usr/local/cuda"
    cpp_extension.is_ninja_available = lambda: True
    cpp_extension.verify_ninja_availability = lambda: None
    cpp_extension.check_compiler_is_gcc = lambda compiler: True
    cpp_extension.check_compiler_ok_for_platform = lambda compiler: True
    cpp_extension.include_paths = lambda *values, **keywords: []
    cpp_extension.library_paths = lambda *values, **keywords: []


def _replace(name, replacement):
    """Gives the function itself another body, so that it is replaced where it was taken before too."""
    original = getattr(cpp_extension, name)
    setattr(cpp_extension, "_basic_" + name, replacement)
    body = f"def {name}(*values, **keywords):\n    return _basic_{name}(*values, **keywords)\n"
    made = {}
    exec(compile(body, __file__, "exec"), made)  # a text of ours: a code object whose globals are the original's
    original.__code__ = made[name].__code__
    original.__defaults__ = None
    original.__kwdefaults__ = None


class _BuildExtension:
    """Refuses what setuptools would build."""

    def __init__(self, *values, **keywords):
        raise RuntimeError("unsupported: building extensions with setuptools; use load_inline or load")

    with_options = classmethod(lambda cls, **options: cls)


def _unsupported(name):
    def refuse(*values, **keywords):
        raise RuntimeError(f"unsupported: {name} builds with setuptools; use load_inline or load")

    refuse.__name__ = name
    return refuse


def _texts(value):
    if value is None:
        return []
    return [value] if isinstance(value, str) else [str(each) for each in value]


def load_inline(name, cpp_sources, cuda_sources=None, sycl_sources=None, functions=None, extra_cflags=None,
                extra_cuda_cflags=None, extra_sycl_cflags=None, extra_ldflags=None, extra_include_paths=None,
                build_directory=None, verbose=False, with_cuda=None, with_sycl=None, is_python_module=True,
                with_pytorch_error_handling=True, keep_intermediates=True, use_pch=False, no_implicit_headers=False):
    """torch.utils.cpp_extension.load_inline, whose documentation holds."""
    if sycl_sources or with_sycl:
        raise RuntimeError("unsupported: SYCL sources")
    request = _request(name, extra_cflags, extra_cuda_cflags, extra_ldflags, extra_include_paths, with_cuda, verbose)
    request["cppSources"] = _texts(cpp_sources)
    request["cudaSources"] = _texts(cuda_sources)
    request["leavesOutHeaders"] = bool(no_implicit_headers)
    if functions is not None:
        if isinstance(functions, str):
            functions = [functions]
        if not isinstance(functions, dict):
            functions = {function: function for function in functions}
        request["functions"] = {str(function): str(text) for function, text in functions.items()}
    request["sources"] = _headers([], extra_include_paths)
    return _load(request, is_python_module)


def load(name, sources, extra_cflags=None, extra_cuda_cflags=None, extra_sycl_cflags=None, extra_ldflags=None,
         extra_include_paths=None, build_directory=None, verbose=False, with_cuda=None, with_sycl=None, is_python_module=True,
         is_standalone=False, keep_intermediates=True):
    """torch.utils.cpp_extension.load, whose documentation holds."""
    if is_standalone:
        raise RuntimeError("unsupported: is_standalone")
    paths = [os.path.abspath(path) for path in _texts(sources)]
    request = _request(name, extra_cflags, extra_cuda_cflags, extra_ldflags, extra_include_paths, with_cuda, verbose)
    request["sources"] = _headers(paths, extra_include_paths)
    return _load(request, is_python_module)


def _request(name, cflags, cuda_cflags, ldflags, include_paths, with_cuda, verbose):
    return {
        "name": str(name), "cppSources": [], "cudaSources": [], "sources": {}, "extraCFlags": _texts(cflags),
        "extraCUDAFlags": _texts(cuda_cflags), "extraLDFlags": _texts(ldflags), "extraIncludePaths": [],
        "withCUDA": with_cuda, "verbose": bool(verbose),
    }


def _headers(sources, include_paths):
    """The texts of source files, and of the headers beside them and in the folders to include: by name, relative to them."""
    texts = {}
    for path in sources:
        with open(path, encoding="utf-8", errors="replace") as file:
            texts[os.path.basename(path)] = file.read()
    folders = [os.path.dirname(path) for path in sources]
    for folder in _texts(include_paths):
        # CUDA's and PyTorch's own are there anyway.
        if not os.path.exists(os.path.join(folder, "cuda_runtime.h")) and not os.path.isdir(os.path.join(folder, "torch")):
            folders.append(os.path.abspath(folder))
    for folder in dict.fromkeys(folders):
        for place, inner, files in os.walk(folder):
            inner[:] = [each for each in inner if not each.startswith(".")] if place.count(os.sep) - folder.count(os.sep) < 4 else []
            for file in files[:1000]:
                path = os.path.join(place, file)
                relative = os.path.relpath(path, folder)
                if file.endswith(_HEADERS) and relative not in texts and os.path.getsize(path) <= _LARGEST_HEADER:
                    with open(path, encoding="utf-8", errors="replace") as text:
                        texts[relative] = text.read()
    return texts


def _load(request, is_python_module):
    name = request["name"]
    key = repr(sorted((key, repr(value)) for key, value in request.items() if key != "verbose")) + str(is_python_module)
    if key in _modules:
        return _modules[key]
    # What did not build once does not build the next time.
    answer = _refusals.get(key) or _build(request)
    if not answer.get("ok"):
        log = answer.get("log") or "it said nothing"
        if key not in _refusals:
            failures.append({"name": name, "kind": answer.get("kind", "compile-error"), "log": log})
            _refusals[key] = answer
        raise RuntimeError(f"Error building extension '{name}': {log}")
    try:
        module = _open(name, answer["library"], bool(answer.get("fullHeaders")), is_python_module)
    except (ImportError, OSError, RuntimeError) as error:
        failures.append({"name": name, "kind": "load-error", "log": str(error)})
        raise
    if request["verbose"]:
        print(f"Loading extension module {name}...")
    _modules[key] = module
    return module


def _open(name, library, is_full, is_python_module):
    if is_full:
        if not is_python_module:
            torch.ops.load_library(library)
            return None
        loader = importlib.machinery.ExtensionFileLoader(name, library)
        spec = importlib.util.spec_from_file_location(name, library, loader=loader)
        module = importlib.util.module_from_spec(spec)
        loader.exec_module(module)
        return module
    extension = Extension(library)
    extension.register_operators()
    if not is_python_module:
        return None
    if not extension.description["module"]:
        # Python's own words for a library without PYBIND11_MODULE.
        raise ImportError(f"dynamic module does not define module export function (PyInit_{name})")
    module = extension.module(name)
    sys.modules.setdefault(name, module)
    return module

