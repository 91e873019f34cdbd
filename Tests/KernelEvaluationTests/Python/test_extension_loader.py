"""What the loader asks for and how it fails, with a trusted side that builds nothing."""

import pathlib
import sys
import tempfile
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "Worker"))

from torch.utils import cpp_extension  # noqa: E402
from torch.utils.cpp_extension import load, load_inline  # noqa: E402

import extension_loader  # noqa: E402

REQUESTS = []


def refuse(request):
    REQUESTS.append(request)
    return {"ok": False, "kind": "compile-error", "log": "line 1: no"}


class Loader(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        extension_loader.install(refuse)

    def setUp(self):
        REQUESTS.clear()
        extension_loader.failures.clear()
        self.name = "x" + uuid.uuid4().hex

    def asked(self, function, *values, **names):
        with self.assertRaisesRegex(RuntimeError, f"Error building extension '{self.name}': line 1: no"):
            function(self.name, *values, **names)
        return REQUESTS[-1] if REQUESTS else None

    def test_functions_taken_before_and_after(self):
        for function in (load_inline, cpp_extension.load_inline):
            self.name = "x" + uuid.uuid4().hex
            request = self.asked(function, "", "kernel", functions=["f"], with_cuda=True)
            self.assertEqual(request["cppSources"], [""])
            self.assertEqual(request["cudaSources"], ["kernel"])
            self.assertEqual(request["functions"], {"f": "f"})
            self.assertIs(request["withCUDA"], True)

    def test_every_form_of_the_arguments(self):
        request = self.asked(load_inline, ["a", "b"], functions="f", extra_cflags=["-O3"], extra_ldflags=["-lcudart"])
        self.assertEqual((request["cppSources"], request["cudaSources"]), (["a", "b"], []))
        self.assertEqual((request["functions"], request["extraCFlags"]), ({"f": "f"}, ["-O3"]))
        self.name += "b"
        request = self.asked(load_inline, cpp_sources="a", functions={"f": "text"}, extra_cuda_cflags=["-O2"], verbose=True)
        self.assertEqual((request["functions"], request["extraCUDAFlags"], request["verbose"]), ({"f": "text"}, ["-O2"], True))
        self.name += "c"
        self.assertNotIn("functions", self.asked(load_inline, cpp_sources="a"))

    def test_a_failure_is_remembered_and_not_asked_for_twice(self):
        for _ in range(3):
            self.asked(load_inline, "same")
        self.assertEqual(len(REQUESTS), 1)
        self.assertEqual(extension_loader.failures, [{"name": self.name, "kind": "compile-error", "log": "line 1: no"}])

    def test_files_and_the_headers_beside_them(self):
        with tempfile.TemporaryDirectory() as folder:
            place = pathlib.Path(folder)
            (place / "inner").mkdir()
            for name in ("a.cu", "b.cpp", "c.h", "inner/d.cuh", "notes.txt", "unused.cu"):
                (place / name).write_text(name)
            request = self.asked(load, [str(place / "a.cu"), str(place / "b.cpp")], extra_include_paths=[folder])
        self.assertEqual(request["sources"], {name: name for name in ("a.cu", "b.cpp", "c.h", "inner/d.cuh")})

    def test_what_setuptools_would_build(self):
        for call in (
            lambda: cpp_extension.CUDAExtension("x", ["x.cu"]), lambda: cpp_extension.CppExtension("x", ["x.cpp"]),
            lambda: cpp_extension.BuildExtension(None),
        ):
            with self.assertRaisesRegex(RuntimeError, "unsupported"):
                call()

    def test_questions_about_the_machine(self):
        self.assertTrue(cpp_extension.is_ninja_available())
        self.assertIsNotNone(cpp_extension.CUDA_HOME)


if __name__ == "__main__":
    unittest.main()
