import ctypes
import io
import pickle
import threading
import unittest

import virtual_gpu

devices = virtual_gpu.install()

import torch  # noqa: E402
import torch.utils.checkpoint  # noqa: E402

RUNTIME = ctypes.CDLL(str(virtual_gpu.runtime_library()))
RUNTIME.vgpu_tensor_first_unwritten.restype = ctypes.c_uint64


def first_unwritten(tensor):
    """The offset of the first byte of a tensor's memory that nobody wrote; None where all of it has been."""
    bytes_ = tensor.untyped_storage().nbytes()
    found = RUNTIME.vgpu_tensor_first_unwritten(ctypes.c_void_p(tensor.untyped_storage().data_ptr()), ctypes.c_uint64(bytes_))
    return None if found == bytes_ else found


class DeviceTests(unittest.TestCase):
    def test_there_is_one_gpu_with_the_named_properties(self):
        self.assertTrue(torch.cuda.is_available() and torch.cuda.is_initialized() and torch.backends.cuda.is_built())
        self.assertEqual((torch.cuda.device_count(), torch.cuda.current_device()), (1, 0))
        self.assertEqual(torch.cuda.get_device_name(), virtual_gpu.GPU["name"])
        self.assertEqual(torch.cuda.get_device_capability("cuda:0"), (9, 0))
        properties = torch.cuda.get_device_properties(torch.device("cuda"))
        self.assertEqual(properties.total_memory, virtual_gpu.GPU["memoryBytes"])
        self.assertEqual((properties.multi_processor_count, properties.warp_size), (132, 32))
        self.assertEqual(properties.shared_memory_per_block_optin, 227 * 1024)
        self.assertTrue(torch.cuda.is_bf16_supported())
        self.assertEqual(torch.accelerator.current_accelerator(), torch.device("cuda"))

    def test_every_way_to_name_the_device_names_it(self):
        x = torch.arange(4.0)
        made = [
            x.cuda(), x.cuda(0), x.to("cuda"), x.to(0), x.to(torch.device("cuda", 0)), x.to("cuda", torch.float64),
            x.to(torch.zeros(1, device="cuda")), torch.tensor([1.0], device="cuda:0"), torch.zeros_like(x, device="cuda"),
            x.cuda().new_zeros(2), torch.full((2,), 3, device="cuda"), torch.nn.Linear(2, 2, device="cuda").weight,
        ]
        for tensor in made:
            self.assertTrue(tensor.is_cuda)
            self.assertEqual(tensor.device, torch.device("cuda", 0))
            self.assertEqual(tensor.get_device(), 0)
        with torch.device("cuda"):
            self.assertTrue(torch.randn(2).is_cuda)
        torch.set_default_device("cuda")
        try:
            self.assertTrue(torch.ones(2).is_cuda and torch.nn.Linear(1, 1).bias.is_cuda)
        finally:
            torch.set_default_device(None)
        self.assertTrue(x.cuda().cpu().device == torch.device("cpu"))

    def test_another_device_is_an_error(self):
        with self.assertRaises((RuntimeError, AssertionError)):
            torch.cuda.set_device(1)
        with self.assertRaises((RuntimeError, AssertionError)):
            torch.cuda.get_device_properties(1)

    def test_tensors_of_two_devices_do_not_mix_but_numbers_do(self):
        x = torch.ones(3, device="cuda")
        for wrong in (lambda: x + torch.ones(3), lambda: torch.ones(3) * x, lambda: torch.cat([x, torch.ones(3)]),
                      lambda: torch.nn.functional.linear(x, torch.ones(2, 3)), lambda: x.add_(torch.ones(3)),
                      lambda: torch.addmm(torch.ones(2, 2), torch.ones(2, 2).cuda(), torch.ones(2, 2).cuda())):
            with self.assertRaisesRegex(RuntimeError, "same device"):
                wrong()
        self.assertEqual((x + torch.tensor(2.0)).tolist(), [3, 3, 3])
        self.assertEqual(x[torch.tensor([0, 2])].shape, (2,))
        x[torch.tensor([1])] = 5
        self.assertEqual(x.tolist(), [1, 5, 1])
        with self.assertRaises(TypeError):
            x.numpy()

    def test_streams_and_events(self):
        stream, start, end = torch.cuda.Stream(), torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        self.assertNotEqual(stream, torch.cuda.default_stream())
        with torch.cuda.stream(stream):
            self.assertEqual(torch.cuda.current_stream(), stream)
            start.record()
            torch.ones(10, device="cuda").sum()
            end.record(stream)
        self.assertEqual(torch.cuda.current_stream(), torch.cuda.default_stream())
        stream.wait_stream(torch.cuda.current_stream())
        stream.wait_event(end)
        end.wait()
        end.synchronize()
        stream.synchronize()
        torch.cuda.synchronize()
        self.assertTrue(end.query() and stream.query())
        self.assertGreaterEqual(start.elapsed_time(end), 0)
        self.assertEqual(torch.cuda.Stream(priority=-1).priority, -1)
        torch.ones(2, device="cuda").record_stream(stream)
        with self.assertRaises((RuntimeError, ValueError)):
            start.elapsed_time(torch.cuda.Event())
        self.assertEqual(torch.cuda.ExternalStream(stream.cuda_stream).cuda_stream, stream.cuda_stream)
        self.assertFalse(torch.cuda.is_current_stream_capturing())

    def test_memory_is_counted(self):
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        x = torch.empty(1 << 20, device="cuda")
        self.assertEqual(torch.cuda.memory_allocated() - before, 4 << 20)
        del x
        self.assertEqual(torch.cuda.memory_allocated(), before)
        self.assertGreaterEqual(torch.cuda.max_memory_allocated(), before + (4 << 20))
        free, total = torch.cuda.mem_get_info()
        self.assertLess(free, total)
        self.assertIn("Allocated memory", torch.cuda.memory_summary())
        self.assertGreaterEqual(torch.cuda.memory_stats()["num_device_alloc"], 1)
        with self.assertRaises(torch.cuda.OutOfMemoryError):
            torch.empty(1 << 37, device="cuda")

    def test_random_numbers_follow_the_seed(self):
        torch.manual_seed(4)
        first = torch.randn(5, device="cuda")
        torch.cuda.manual_seed(4)
        self.assertTrue(torch.equal(first, torch.randn(5, device="cuda")))
        torch.manual_seed(4)
        self.assertTrue(torch.equal(first.cpu(), torch.randn(5)))
        state = torch.cuda.get_rng_state()
        again = torch.rand(3, device="cuda")
        torch.cuda.set_rng_state(state)
        self.assertTrue(torch.equal(again, torch.rand(3, device="cuda")))
        own = torch.Generator("cuda").manual_seed(9)
        self.assertEqual(own.initial_seed(), 9)
        self.assertEqual(own.device, torch.device("cuda", 0))
        drawn = torch.randint(100, (4,), generator=own, device="cuda")
        self.assertTrue(torch.equal(drawn, torch.randint(100, (4,), generator=own.manual_seed(9), device="cuda")))
        with torch.random.fork_rng():
            torch.randn(3, device="cuda")
        with self.assertRaises(RuntimeError):
            torch.randn(2, generator=torch.Generator(), device="cuda")

    def test_modules_move_are_saved_and_loaded(self):
        model = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3), torch.nn.BatchNorm2d(3)).cuda()
        self.assertTrue(all(value.is_cuda for value in model.state_dict().values()))
        file = io.BytesIO()
        torch.save(model.state_dict(), file)
        for place in (None, "cpu", "cuda"):
            file.seek(0)
            state = torch.load(file, map_location=place)
            self.assertEqual(state["0.weight"].is_cuda, place != "cpu")
            self.assertTrue(torch.equal(state["0.weight"].cpu(), model[0].weight.cpu()))
            model.load_state_dict(state)
        twin = pickle.loads(pickle.dumps(torch.ones(3, device="cuda")))
        self.assertTrue(twin.is_cuda)
        self.assertFalse(model.cpu()[0].weight.is_cuda)

    def test_autocast_computes_in_half_precision(self):
        x, w = torch.randn(4, 4, device="cuda"), torch.randn(4, 4, device="cuda", requires_grad=True)
        with torch.autocast("cuda"):
            self.assertEqual((x @ w).dtype, torch.float16)
            self.assertEqual(torch.nn.functional.softmax(x @ w, 0).dtype, torch.float32)
        with torch.autocast("cuda", dtype=torch.bfloat16):
            self.assertEqual(torch.nn.functional.linear(x, w).dtype, torch.bfloat16)
        with torch.amp.autocast("cuda"):
            loss = (x @ w).float().sum()
        scaler = torch.amp.GradScaler("cuda")
        optimizer = torch.optim.SGD([w], lr=0.1)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        self.assertTrue(torch.isfinite(w).all().item())

    def test_other_threads_have_the_device_too(self):
        found = []

        def work():
            w = torch.randn(8, 8, device="cuda", requires_grad=True)
            (w @ w).sum().backward()
            found.append(w.grad.is_cuda)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(found, [True] * 4)

    def test_host_memory_can_be_pinned(self):
        x = torch.arange(6.0)
        self.assertFalse(x.is_pinned())
        pinned = x.pin_memory()
        self.assertTrue(pinned.is_pinned() and not pinned.is_cuda)
        self.assertTrue(torch.empty(3, pin_memory=True).is_pinned())
        self.assertEqual(pinned.to("cuda", non_blocking=True).tolist(), x.tolist())
        with self.assertRaises(RuntimeError):
            x.cuda().pin_memory()

    def test_storages(self):
        x = torch.arange(4, dtype=torch.uint8, device="cuda")
        self.assertEqual(x.untyped_storage().device, torch.device("cuda", 0))
        self.assertEqual(x.data_ptr(), x.view(2, 2).data_ptr())
        self.assertEqual(torch.UntypedStorage(5, device="cuda").nbytes(), 5)
        self.assertEqual(x.untyped_storage().cpu().tolist(), [0, 1, 2, 3])
        y = torch.empty(0, dtype=torch.uint8, device="cuda").set_(x.untyped_storage(), 1, (3,), (1,))
        y.fill_(7)
        self.assertEqual(x.tolist(), [0, 7, 7, 7])
        self.assertEqual(x.clone().untyped_storage().resize_(9).nbytes(), 9)
        x.data = torch.ones(2, dtype=torch.uint8, device="cuda")
        self.assertEqual(x.tolist(), [1, 1])

    def test_flags_and_marks_are_accepted(self):
        for name in ("enabled", "benchmark", "deterministic", "allow_tf32"):
            value = getattr(torch.backends.cudnn, name)
            setattr(torch.backends.cudnn, name, not value)
            self.assertEqual(getattr(torch.backends.cudnn, name), not value)
            setattr(torch.backends.cudnn, name, value)
        with torch.backends.cudnn.flags(enabled=False):
            torch.nn.functional.conv1d(torch.ones(1, 1, 3).cuda(), torch.ones(1, 1, 2).cuda())
        torch.backends.cuda.matmul.allow_tf32 = True
        torch.set_float32_matmul_precision("highest")
        with torch.cuda.nvtx.range("a range"):
            torch.cuda.nvtx.mark("a mark")
        self.assertEqual(torch.cuda.cudart().cudaProfilerStart(), 0)
        with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
            q = torch.randn(1, 2, 4, 8, device="cuda")
            self.assertEqual(torch.nn.functional.scaled_dot_product_attention(q, q, q, is_causal=True).shape, q.shape)

    def test_errors_of_the_runtime_appear_as_on_a_gpu(self):
        x = torch.ones(2, device="cuda")
        RUNTIME.cudaSetDevice(7)
        with self.assertRaisesRegex(torch.AcceleratorError, "CUDA error: invalid device ordinal"):
            x + 1
        self.assertEqual((x + 1).tolist(), [2, 2])

    def test_what_stands_on_the_device_works(self):
        x = torch.randn(4, 4, device="cuda")
        self.assertTrue(torch.equal(torch.func.vmap(lambda row: row * 2)(x), x * 2))
        self.assertTrue(torch.equal(torch.func.grad(lambda a: (a * a).sum())(x), 2 * x))
        traced = torch.jit.trace(lambda a: torch.tanh(a) * a + 1, x)
        self.assertTrue(all(torch.equal(traced(x), torch.tanh(x) * x + 1) for _ in range(4)))
        w = x.clone().requires_grad_()
        torch.utils.checkpoint.checkpoint(lambda a: (a @ a).sum(), w, use_reentrant=False).backward()
        self.assertTrue(w.grad.is_cuda)
        self.assertTrue(torch.nn.DataParallel(torch.nn.Linear(4, 4)).cuda()(x).is_cuda)
        activities = [torch.profiler.ProfilerActivity.CPU, torch.profiler.ProfilerActivity.CUDA]
        with torch.profiler.profile(activities=activities) as profile:
            x @ x
        self.assertTrue(profile.key_averages())
        self.assertEqual(torch.from_dlpack(x).data_ptr(), x.data_ptr())
        layer = torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True).eval()
        tokens = torch.randn(2, 3, 8)
        with torch.no_grad():
            expected = layer(tokens)
            torch.testing.assert_close(layer.cuda()(tokens.cuda()).cpu(), expected)
        with torch.inference_mode():
            self.assertTrue((x.view(-1) + 1).is_inference())

    def test_compiled_functions_run_as_they_are(self):
        @torch.compile
        def twice(x):
            return 2 * x

        self.assertEqual(twice(torch.ones(2, device="cuda")).tolist(), [2, 2])
        self.assertEqual(torch.compile(torch.nn.ReLU(), mode="max-autotune")(torch.ones(1, device="cuda")).item(), 1)

    def test_what_is_missing_is_refused_by_name(self):
        def graphs():
            with torch.cuda.graph(torch.cuda.CUDAGraph()):
                pass

        refused = {
            "CUDA graphs": graphs,
            "triton": lambda: __import__("triton.language"),
            "cupy": lambda: __import__("cupy"),
            "jiterator": lambda: torch.cuda.jiterator._create_jit_fn("template <typename T> T f(T x) { return x; }")(torch.ones(1).cuda()),
            "events between processes": lambda: torch.cuda.Event(interprocess=True),
            "cuBLAS handles": torch.cuda.current_blas_handle,
        }
        for name, program in refused.items():
            with self.subTest(name), self.assertRaises(devices.UnsupportedOnVirtualGPU) as caught:
                program()
            self.assertIn(name, devices.unsupported_name(caught.exception))
        for name, program in {"sparse": lambda: torch.eye(3).cuda().to_sparse(), "_cudnn_init": lambda: torch._cudnn_init_dropout_state(
                0.5, True, 1, dtype=torch.uint8, device="cuda")}.items():
            with self.subTest(name), self.assertRaises(NotImplementedError) as caught:
                program()
            self.assertIsNotNone(devices.unsupported_name(caught.exception))
        self.assertIsNone(devices.unsupported_name(ValueError("another")))
        with self.assertRaises(ImportError):
            import triton  # noqa: F401


class WrittenMemoryTests(unittest.TestCase):
    """What the virtual GPU knows of a tensor's memory: a kernel that reads what nobody wrote is found by it."""

    def test_fresh_memory_is_unwritten_and_poisoned(self):
        x = torch.empty(100, device="cuda")
        self.assertEqual(first_unwritten(x), 0)
        self.assertTrue(x.isnan().all().item())
        self.assertEqual(first_unwritten(torch.empty_like(x)), 0)
        self.assertEqual(first_unwritten(torch.empty_strided((2, 3), (1, 2), device="cuda")), 0)
        self.assertEqual(first_unwritten(x.new_empty(5)), 0)

    def test_results_are_written(self):
        x = torch.randn(64, 64).cuda()
        for made in (x, x + 1, x @ x, x.sum(0), torch.zeros(9, device="cuda"), torch.randn(7, device="cuda"), x.half(), x.t().contiguous(),
                     torch.nn.functional.conv2d(x.view(1, 1, 64, 64), x[:3, :3].reshape(1, 1, 3, 3)), x[x > 0], torch.arange(5, device="cuda")):
            self.assertIsNone(first_unwritten(made))

    def test_only_what_is_written_counts(self):
        x = torch.empty(4, 8, device="cuda")
        x[:2] = 1
        self.assertEqual(first_unwritten(x), 2 * 8 * 4)
        x[2:, 1:] = 1
        self.assertEqual(first_unwritten(x), 2 * 8 * 4)
        x[:, 0].zero_()
        self.assertIsNone(first_unwritten(x))

    def test_copies_of_unwritten_memory_are_unwritten(self):
        x = torch.empty(4, 4, device="cuda")
        x[0] = 1
        self.assertEqual(first_unwritten(x.clone()), 16)
        self.assertEqual(first_unwritten(torch.zeros(4, 4, device="cuda").copy_(x)), 16)

    def test_grown_memory_is_unwritten(self):
        x = torch.ones(4, device="cuda")
        x.resize_(8)
        self.assertEqual(first_unwritten(x), 16)
        self.assertEqual(x[:4].tolist(), [1] * 4)

    def test_every_storage_is_an_allocation_of_its_own_size(self):
        before = RUNTIME.vgpu_tensor_checks()
        self.assertEqual(before, 1)
        x, y = torch.zeros(3, device="cuda"), torch.zeros(3, device="cuda")
        self.assertGreaterEqual(abs(x.data_ptr() - y.data_ptr()), 512 + 12)


if __name__ == "__main__":
    unittest.main()
