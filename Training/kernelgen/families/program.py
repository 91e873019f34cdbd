"""Plain prompts: a PyTorch function, a C program whose kernel is a placeholder; the answer is the kernel alone."""
from ..pointwise import NAMES, OPS, WEIGHTS, fl

INTRO = "Write a CUDA kernel for the function below. Give only the code.\n\n"


def _prompt(rng, python, signature, launch):
    host = "\n".join("    " + l for l in launch)
    return (INTRO + python + "\n\nC code begins:\n\n#include <stdio.h>\n#include <cuda_runtime.h>\n\n" + signature + " {\n    // implement this\n}\n\n"
            "int main() {\n    // set up\n" + host + "\n    cudaDeviceSynchronize();\n    return 0;\n}\n")


def _matmul(rng):
    A, B, C = rng.choice([("A", "B", "C"), ("a", "b", "c"), ("x", "y", "out"), ("mat_a", "mat_b", "result")])
    const = rng.choice(["", "const "])
    name = rng.choice(["matrix_multiply_kernel", "matmul_kernel", "gemm_kernel", "mm_kernel", "matmul"])
    square = rng.random() < 0.5
    M, K, N = ("N", "N", "N") if square else ("M", "K", "N")
    if not square and rng.random() < 0.3:
        M, K, N = "rows", "inner", "cols"
    order = "N" if square else rng.choice([(M, N, K), (M, K, N)])
    ints = ", ".join(f"{const}int {q}" for q in ([order] if square else order))
    signature = f"__global__ void {name}(const float* {A}, const float* {B}, float* {C}, {ints})"
    tile = rng.choice(["TILE_SIZE", "TILE", "BLOCK_SIZE", "16", "32"])
    bl, gr = rng.choice([("block", "grid"), ("threads", "blocks"), ("blockDim", "gridDim"), ("threadsPerBlock", "numBlocks")][:2])
    launch = [f"dim3 {bl}({tile}, {tile});", f"dim3 {gr}(({N} + {tile} - 1) / {tile}, ({M} + {tile} - 1) / {tile});",
              f"{name}<<<{gr}, {bl}>>>(d_{A}, d_{B}, d_{C}, {', '.join([order] if square else order)});"]
    text = rng.choice([f"torch.matmul({A}, {B})", f"{A} @ {B}", f"torch.mm({A}, {B})"])
    hint = rng.random() < 0.5
    python = (f"def forward(self, {A}: torch.Tensor, {B}: torch.Tensor) -> torch.Tensor:" if hint else f"def forward(self, {A}, {B}):") + f"\n    return {text}"
    t = tile
    answer = ([f"#define {tile} 16"] if not tile.isdigit() else []) + [signature + " {", f"    __shared__ float s[{t}][{t}], t[{t}][{t}];", "    int i = threadIdx.y, j = threadIdx.x;",
        f"    int row = blockIdx.y * {t} + i, col = blockIdx.x * {t} + j;", "    float v = 0.0f;", f"    for (int q = 0; q < {K}; q += {t}) {{",
        f"        s[i][j] = row < {M} && q + j < {K} ? {A}[(long)row * {K} + q + j] : 0.0f;", f"        t[i][j] = q + i < {K} && col < {N} ? {B}[(long)(q + i) * {N} + col] : 0.0f;",
        "        __syncthreads();", f"        for (int k = 0; k < {t}; k++) v += s[i][k] * t[k][j];", "        __syncthreads();", "    }",
        f"    if (row < {M} && col < {N}) {C}[(long)row * {N} + col] = v;", "}"]
    return python, signature, launch, answer


def _diag(rng):
    d, m, o = rng.choice([("diag", "mat", "out"), ("A", "B", "C"), ("d", "x", "y"), ("diagonal", "matrix", "output")])
    name = rng.choice(["diag_matmul_kernel", "diag_mm", "scale_rows_kernel"])
    N, M = rng.choice([("N", "M"), ("rows", "cols"), ("n", "m")])
    const = rng.choice(["", "const "])
    signature = f"__global__ void {name}(const float* {d}, const float* {m}, float* {o}, {const}int {N}, {const}int {M})"
    bl, gr = rng.choice([("threads", "blocks"), ("block", "grid")])
    size = rng.choice(["16, 16", "32, 8", "32, 32"])
    launch = [f"dim3 {bl}({size});", f"dim3 {gr}(({M} + {bl}.x - 1) / {bl}.x, ({N} + {bl}.y - 1) / {bl}.y);", f"{name}<<<{gr}, {bl}>>>(d_{d}, d_{m}, d_{o}, {N}, {M});"]
    A, B = rng.choice([("A", "B"), ("a", "b"), ("d", "M")])
    python = f"def forward(self, {A}, {B}):\n    return {rng.choice([f'torch.diag({A}) @ {B}', f'torch.matmul(torch.diag({A}), {B})', f'{A}.unsqueeze(1) * {B}'])}"
    answer = [signature + " {", "    int row = blockIdx.y * blockDim.y + threadIdx.y, col = blockIdx.x * blockDim.x + threadIdx.x;",
              f"    if (row < {N} && col < {M}) {o}[(long)row * {M} + col] = {d}[row] * {m}[(long)row * {M} + col];", "}"]
    return python, signature, launch, answer


def _map(rng):
    while True:
        op = OPS[rng.choices(NAMES, WEIGHTS)[0]]
        if op.plain or op.forms:
            break
    x, y = rng.choice([("x", "y"), ("input", "output"), ("in", "out"), ("a", "b"), ("x", "out"), ("data", "result")])
    n = rng.choice(["n", "N", "size", "num_elements", "total"])
    name = f"{op.name}_kernel"
    extra, cargs, values = [], [], []
    p = rng.choice(["x", "x", "input", "inp"])
    if op.plain:
        form, cargs = rng.choice(op.plain), [fl(d) for d in op.defaults]
        spell = []
    else:
        form = rng.choice(op.forms)
        values = [rng.choice(c) for _, c in op.params]
        if op.name in ("clamp", "hardtanh"):
            values = ["-1.0", "1.0"]
        if rng.random() < 0.5:
            names = [rng.choice(r) for r, _ in op.params]
            if len(set(names)) == len(names) and not set(names) & {x, y, n, p, "v", "i"}:
                extra = names
        spell = [f"self.{e}" for e in extra] if extra else values
        cargs = extra or [fl(q) for q in values]
    text = form.format(*spell, x=p)
    python = ""
    if extra:
        python = f"def __init__(self, {', '.join(extra)}):\n        super(Model, self).__init__()\n" + "".join(f"        self.{e} = {e}\n" for e in extra) + "\n    "
        python += f"def forward(self, {p}):\n        return {text}"
    else:
        python = f"def forward(self, {p}: torch.Tensor) -> torch.Tensor:\n    return {text}" if rng.random() < 0.5 else f"def forward(self, {p}):\n    return {text}"
    const = rng.choice(["", "const "])
    it = rng.choice(["int", "int", "size_t"])
    signature = f"__global__ void {name}(const float* {x}, float* {y}, {const}{it} {n}{''.join(f', float {e}' for e in extra)})"
    return python, signature, _line(rng, name, [x, y], n, extra), [signature + " {", f"    for (long i = blockIdx.x * (long)blockDim.x + threadIdx.x; i < {n}; i += (long)gridDim.x * blockDim.x) {{",
        f"        float v = {x}[i];"] + ["        " + l for l in op.cuda.format(*cargs).split("\n")] + [f"        {y}[i] = v;", "    }", "}"]


def _line(rng, name, pointers, n, extra):
    b = rng.choice(["256", "128", "512", "1024"])
    way = rng.randrange(3)
    args = ", ".join([f"d_{q}" for q in pointers] + [n] + extra)
    if way == 0:
        return [f"dim3 block({b});", f"dim3 grid(({n} + {b} - 1) / {b});", f"{name}<<<grid, block>>>({args});"]
    if way == 1:
        return [f"int threads = {b};", f"int blocks = ({n} + threads - 1) / threads;", f"{name}<<<blocks, threads>>>({args});"]
    return [f"{name}<<<({n} + {int(b) - 1}) / {b}, {b}>>>({args});"]


def _two(rng):
    x, y, o = rng.choice([("a", "b", "c"), ("x", "y", "out"), ("A", "B", "C"), ("in1", "in2", "output")])
    n = rng.choice(["n", "N", "size"])
    op, text, nm = rng.choice([("+", "{0} + {1}", "add"), ("*", "{0} * {1}", "multiply"), ("-", "{0} - {1}", "subtract"), ("/", "{0} / {1}", "divide"),
                               ("r", "torch.relu({0} + {1})", "add_relu"), ("m", "torch.maximum({0}, {1})", "maximum")])
    expr = {"r": f"fmaxf({x}[i] + {y}[i], 0.0f)", "m": f"fmaxf({x}[i], {y}[i])"}.get(op, f"{x}[i] {op} {y}[i]")
    p, q = rng.choice([("A", "B"), ("x", "y"), ("a", "b")])
    name = f"{nm}_kernel"
    signature = f"__global__ void {name}(const float* {x}, const float* {y}, float* {o}, int {n})"
    return f"def forward(self, {p}, {q}):\n    return {text.format(p, q)}", signature, _line(rng, name, [x, y, o], n, []), [signature + " {",
        f"    for (long i = blockIdx.x * (long)blockDim.x + threadIdx.x; i < {n}; i += (long)gridDim.x * blockDim.x)", f"        {o}[i] = {expr};", "}"]


def _scaled_residual(rng):
    x, r, o = rng.choice([("y_linear", "y_linear_detached", "output"), ("x", "original", "out"), ("h", "residual", "result"), ("linear_out", "skip", "out")])
    n = rng.choice(["size", "n", "N", "total"])
    s = rng.choice(["scaling_factor", "scale", "alpha", "factor"])
    name = rng.choice(["scaled_residual_add_kernel", "residual_scale_kernel", "scale_add_kernel"])
    signature = f"__global__ void {name}(const float* {x}, const float* {r}, float* {o}, int {n}, float {s})"
    i, f = rng.choice([("in_features", "out_features"), ("input_size", "hidden_size")])
    lin = rng.choice(["matmul", "linear", "fc"])
    old = rng.choice(["original_x", "residual", "skip"])
    python = (f"def __init__(self, {i}, {f}, {s}):\n        super(Model, self).__init__()\n        self.{lin} = nn.Linear({i}, {f})\n        self.{s} = {s}\n\n"
              f"    def forward(self, x):\n        x = self.{lin}(x)\n        {old} = x{rng.choice(['', '.clone()', '.clone().detach()'])}\n        x = x * self.{s}\n        x = x + {old}\n        return x")
    return python, signature, _line(rng, name, [x, r, o], n, [s]), [signature + " {",
        f"    for (long i = blockIdx.x * (long)blockDim.x + threadIdx.x; i < {n}; i += (long)gridDim.x * blockDim.x)", f"        {o}[i] = {x}[i] * {s} + {r}[i];", "}"]


def _rows(rng):
    x, y = rng.choice([("x", "y"), ("input", "output"), ("in", "out"), ("data", "result")])
    R, C = rng.choice([("rows", "cols"), ("M", "N"), ("batch_size", "dim"), ("N", "D")])
    kind = rng.choice(["sum", "mean", "max", "softmax", "l2"])
    name = {"sum": "row_sum_kernel", "mean": "row_mean_kernel", "max": "row_max_kernel", "softmax": "softmax_kernel", "l2": "l2_norm_kernel"}[kind]
    p = rng.choice(["x", "input"])
    text = {"sum": [f"torch.sum({p}, dim=1)", f"{p}.sum(dim=1)"], "mean": [f"torch.mean({p}, dim=1)", f"{p}.mean(dim=-1)"], "max": [f"torch.max({p}, dim=1)[0]", f"torch.amax({p}, dim=1)"],
            "softmax": [f"torch.softmax({p}, dim=1)", f"F.softmax({p}, dim=-1)"], "l2": [f"{p} / torch.norm({p}, p=2, dim=1, keepdim=True)"]}[kind]
    signature = f"__global__ void {name}(const float* {x}, float* {y}, int {R}, int {C})"
    b = rng.choice(["128", "256"])
    launch = rng.choice([[f"{name}<<<({R} + {int(b) - 1}) / {b}, {b}>>>(d_{x}, d_{y}, {R}, {C});"], [f"dim3 block({b});", f"dim3 grid(({R} + {b} - 1) / {b});", f"{name}<<<grid, block>>>(d_{x}, d_{y}, {R}, {C});"]])
    body = [signature + " {", "    int row = blockIdx.x * blockDim.x + threadIdx.x;", f"    if (row >= {R}) return;", f"    const float* p = {x} + (long)row * {C};"]
    loop = f"    for (int k = 0; k < {C}; k++) "
    if kind in ("sum", "mean"):
        body += ["    float v = 0.0f;", loop + "v += p[k];", f"    {y}[row] = v{' / ' + C if kind == 'mean' else ''};"]
    elif kind == "max":
        body += ["    float v = p[0];", loop + "v = fmaxf(v, p[k]);", f"    {y}[row] = v;"]
    elif kind == "softmax":
        body += ["    float m = p[0], v = 0.0f;", loop + "m = fmaxf(m, p[k]);", loop + "v += expf(p[k] - m);", loop + f"{y}[(long)row * {C} + k] = expf(p[k] - m) / v;"]
    else:
        body += ["    float v = 0.0f;", loop + "v += p[k] * p[k];", "    v = sqrtf(v);", loop + f"{y}[(long)row * {C} + k] = p[k] / v;"]
    return f"def forward(self, {p}):\n    return {rng.choice(text)}", signature, launch, body + ["}"]


FORMS = {"matmul": (3, _matmul), "diag": (2, _diag), "map": (3, _map), "two": (1.5, _two), "residual": (1.5, _scaled_residual), "rows": (2, _rows)}


def program(rng):
    """Returns (form, prompt text, answer)."""
    names = list(FORMS)
    form = rng.choices(names, [FORMS[n][0] for n in names])[0]
    python, signature, launch, answer = FORMS[form][1](rng)
    if rng.random() < 0.08:  # the host part of such prompts does not always belong to the kernel
        launch = FORMS[rng.choice(names)][1](rng)[2]
    return form, _prompt(rng, python, signature, launch), "\n".join(answer) + "\n"
