"""Reductions, softmax and scans along one dimension. A tensor is seen as (outer, r, inner); the last dimension gets a
block per row, any other dimension a thread per column, which keeps neighbouring threads on neighbouring addresses."""
from ..answer import Answer
from ..blocks import BLOCK_MAX, BLOCK_SUM, block_reduce
from ..chain import Chain, apply, pick_ops
from ..problem import Problem
from .elementwise import X, shape

DIM = ["dim", "dim", "reduce_dim", "axis"]

HOST_DIM = ["x = x.contiguous();", "if (dim < 0) dim += x.dim();", "int r = x.size(dim);", "long inner = 1;",
            "for (int k = dim + 1; k < x.dim(); k++) inner *= x.size(k);"]


def pick_dim(p, roles, name=None):
    """Chooses the dimension; returns (index, its spelling in forward, its spelling for `run`)."""
    rng = p.rng
    rank = len(roles)
    d = rng.choice([rank - 1, rank - 1, 1 if rank > 1 else 0, rng.randrange(rank)])
    text = str(d - rank) if rng.random() < 0.3 else str(d)
    if rng.random() < 0.55:
        default = text if rng.random() < 0.15 else None
        n = p.ctor_param(DIM, text, "int", default, given=default is None or rng.random() < 0.5)
        s = p.keep(n, n)
        return d, s, s
    return d, text, text


def finish(p, roles, inputs=1):
    """Adds the inputs of a problem on one shape."""
    dims = p.dims(roles)
    assert inputs == 1
    for _ in range(inputs):
        p.input(p.rand(dims))


# kind -> (start, step with u, combine of v and u, end on v, spellings; {k} is the keepdim text)
KINDS = {
    "sum": ("0.0f", "v += u;", "v + u", "v", ["torch.sum({x}, dim={d}{k})", "{x}.sum(dim={d}{k})", "{x}.sum({d}{k})", "torch.sum({x}, {d}{k})"]),
    "mean": ("0.0f", "v += u;", "v + u", "v / r", ["torch.mean({x}, dim={d}{k})", "{x}.mean(dim={d}{k})", "{x}.mean({d}{k})", "torch.mean({x}, {d}{k})"]),
    "max": ("-INFINITY", "v = fmaxf(v, u);", "fmaxf(v, u)", "v",
            ["torch.max({x}, dim={d}{k})[0]", "torch.max({x}, dim={d}{k}).values", "torch.amax({x}, dim={d}{k})", "{x}.max(dim={d}{k})[0]", "{x}.amax({d}{k})"]),
    "min": ("INFINITY", "v = fminf(v, u);", "fminf(v, u)", "v",
            ["torch.min({x}, dim={d}{k})[0]", "torch.min({x}, dim={d}{k}).values", "torch.amin({x}, dim={d}{k})", "{x}.min(dim={d}{k})[0]", "{x}.amin({d}{k})"]),
    "prod": ("1.0f", "v *= u;", "v * u", "v", ["torch.prod({x}, dim={d}{k})", "{x}.prod(dim={d}{k})"]),
    "norm": ("0.0f", "v += u * u;", "v + u", "sqrtf(v)",
             ["torch.norm({x}, dim={d}{k})", "torch.norm({x}, p=2, dim={d}{k})", "{x}.norm(p=2, dim={d}{k})", "torch.linalg.vector_norm({x}, dim={d}{k})"]),
    "l1": ("0.0f", "v += fabsf(u);", "v + u", "v", ["torch.sum(torch.abs({x}), dim={d}{k})", "{x}.abs().sum(dim={d}{k})", "torch.norm({x}, p=1, dim={d}{k})"]),
    "sumsq": ("0.0f", "v += u * u;", "v + u", "v", ["torch.sum({x} ** 2, dim={d}{k})", "({x} * {x}).sum(dim={d}{k})"]),
    "meansq": ("0.0f", "v += u * u;", "v + u", "v / r", ["torch.mean({x} ** 2, dim={d}{k})", "torch.mean({x} * {x}, dim={d}{k})"]),
}
_WEIGHT = {"sum": 3, "mean": 3, "max": 3, "min": 3, "prod": 1, "norm": 1, "l1": 0.7, "sumsq": 0.5, "meansq": 0.5}


def reduce_kernels(kind, last, chain, name="reduce"):
    """The kernel for one kind; `chain` is applied to what it stores."""
    start, step, combine, end, _ = KINDS[kind]
    head = f"__global__ void {name}(const float* x, float* y, long n, int r, long inner{chain.decl()}) {{"
    if last:
        helper = BLOCK_SUM if combine == "v + u" else BLOCK_MAX if kind == "max" else block_reduce(f"block_{kind}", combine)
        call = {"v + u": "block_sum", "fmaxf(v, u)": "block_max"}.get(combine, f"block_{kind}")
        return helper + [head, "    long o = blockIdx.x;", "    x += o / inner * r * inner + o % inner;", f"    float v = {start};",
                         "    for (int k = threadIdx.x; k < r; k += 256) {", "        float u = x[k * inner];", f"        {step}", "    }",
                         f"    v = {call}(v);", f"    if (threadIdx.x == 0) y[o] = {chain.call(end)};", "}", ""]
    return [head, "    long o = blockIdx.x * 256L + threadIdx.x;", "    if (o >= n) return;", "    x += o / inner * r * inner + o % inner;",
            f"    float v = {start};", "    for (int k = 0; k < r; k++) {", "        float u = x[k * inner];", f"        {step}", "    }",
            f"    y[o] = {chain.call(end)};", "}", ""]


def keep_text(p):
    """Chooses keepdim; returns (kept?, spelling)."""
    keep = p.rng.random() < 0.5
    return keep, (", keepdim=True" if keep else (", keepdim=False" if p.rng.random() < 0.08 else ""))


def reduction(rng, small):
    """sum, mean, max, min, prod, norms over a dimension, with a point-wise tail at times."""
    p = Problem(rng, small)
    a = Answer(p, "reduce")
    x = p.arg(X)
    a.take("tensor", "x", x)
    kind = rng.choices(list(_WEIGHT), list(_WEIGHT.values()))[0]
    p.topic = f"a {kind} along one dimension"
    roles = shape(p, rng.choice([2, 3, 3, 4]))
    d, spell, given = pick_dim(p, roles)
    a.take("int", "dim", given)
    keep, k = keep_text(p)
    text = rng.choice(KINDS[kind][4]).format(x=x, d=spell, k=k)
    chain = Chain(a)
    names = pick_ops(rng, rng.choice([0, 0, 0, 0, 1, 2]))
    p.result = apply(p, chain, names, p.fresh(["out", "y", "result", "reduced"]), text) if names else _maybe(p, text)
    finish(p, roles)
    last = d == len(roles) - 1
    a.device += chain.device() + reduce_kernels(kind, last, chain)
    a.host += HOST_DIM + ["auto s = x.sizes().vec();", "s[dim] = 1;" if keep else "s.erase(s.begin() + dim);",
                          "auto y = torch::empty(s, x.options());", "long n = y.numel();",
                          f"reduce<<<{'n' if last else '(n + 255) / 256'}, 256>>>(x.data_ptr<float>(), y.data_ptr<float>(), n, r, inner{chain.pass_on()});",
                          "return y;"]
    return p, a


def _maybe(p, text):
    """Sometimes gives the result a name before it is returned."""
    if p.rng.random() < 0.25:
        name = p.fresh(["out", "result", "y", "output", "res"])
        p.body.append(f"{name} = {text}")
        return name
    return text


def full_reduction(rng, small):
    """sum, mean, max … over everything: blocks add into one number."""
    p = Problem(rng, small)
    a = Answer(p, "reduce_all")
    x = p.arg(X)
    a.take("tensor", "x", x)
    kind, step, end, forms = rng.choice([
        ("sum", "v += u;", "v", ["torch.sum({x})", "{x}.sum()"]), ("mean", "v += u;", "v / n", ["torch.mean({x})", "{x}.mean()"]),
        ("mean square", "v += u * u;", "v / n", ["torch.mean({x} ** 2)", "({x} * {x}).mean()"]),
        ("abs sum", "v += fabsf(u);", "v", ["torch.sum(torch.abs({x}))", "{x}.abs().sum()"])])
    p.topic = f"the {kind} of all entries"
    p.result = _maybe(p, rng.choice(forms).format(x=x))
    finish(p, shape(p))
    a.device += BLOCK_SUM + ["__global__ void reduce(const float* x, float* y, long n) {", "    float v = 0.0f;",
                             "    for (long i = blockIdx.x * 256L + threadIdx.x; i < n; i += gridDim.x * 256L) {", "        float u = x[i];",
                             f"        {step}", "    }", "    v = block_sum(v);", f"    if (threadIdx.x == 0) atomicAdd(y, {end});", "}", ""]
    a.host += ["x = x.contiguous();", "long n = x.numel();", "auto y = torch::zeros({}, x.options());",
               "reduce<<<1024, 256>>>(x.data_ptr<float>(), y.data_ptr<float>(), n);", "return y;"]
    return p, a


def argreduce(rng, small):
    """argmax and argmin along a dimension (the first of equals)."""
    p = Problem(rng, small)
    a = Answer(p, "argreduce")
    x = p.arg(X)
    a.take("tensor", "x", x)
    kind = rng.choice(["argmax", "argmin"])
    p.topic = kind
    roles = shape(p, rng.choice([2, 3, 3, 4]))
    d, spell, given = pick_dim(p, roles)
    a.take("int", "dim", given)
    keep, k = keep_text(p)
    if rng.random() < 0.5:
        keep, k = False, ""
    p.result = _maybe(p, rng.choice([f"torch.{kind}({x}, dim={spell}{k})", f"{x}.{kind}(dim={spell}{k})", f"torch.{kind}({x}, {spell}{k})",
                                     f"torch.{kind[3:]}({x}, dim={spell}{k})[1]", f"torch.{kind[3:]}({x}, dim={spell}{k}).indices"]))
    finish(p, roles)
    op, start = (">", "-INFINITY") if kind == "argmax" else ("<", "INFINITY")
    last = d == len(roles) - 1
    head = "__global__ void reduce(const float* x, int64_t* y, long n, int r, long inner) {"
    scan = [f"    float v = {start};", "    int a = r;"]
    if last:
        a.device += [head, "    __shared__ float s[256];", "    __shared__ int t[256];", "    long o = blockIdx.x;",
                     "    x += o / inner * r * inner + o % inner;"] + scan + [
            "    for (int k = threadIdx.x; k < r; k += 256)", f"        if (a == r || x[k * inner] {op} v) {{", "            v = x[k * inner];",
            "            a = k;", "        }", "    s[threadIdx.x] = v;", "    t[threadIdx.x] = a;",
            "    for (int d = 128; d > 0; d >>= 1) {", "        __syncthreads();", "        if (threadIdx.x < d) {",
            "            float u = s[threadIdx.x + d];", "            int b = t[threadIdx.x + d];",
            f"            if (u {op} s[threadIdx.x] || (u == s[threadIdx.x] && b < t[threadIdx.x])) {{",
            "                s[threadIdx.x] = u;", "                t[threadIdx.x] = b;", "            }", "        }", "    }",
            "    if (threadIdx.x == 0) y[o] = t[0];", "}", ""]
    else:
        a.device += [head, "    long o = blockIdx.x * 256L + threadIdx.x;", "    if (o >= n) return;",
                     "    x += o / inner * r * inner + o % inner;"] + scan + [
            "    for (int k = 0; k < r; k++)", f"        if (a == r || x[k * inner] {op} v) {{", "            v = x[k * inner];", "            a = k;",
            "        }", "    y[o] = a;", "}", ""]
    a.host += HOST_DIM + ["auto s = x.sizes().vec();", "s[dim] = 1;" if keep else "s.erase(s.begin() + dim);",
                          "auto y = torch::empty(s, x.options().dtype(torch::kLong));", "long n = y.numel();",
                          f"reduce<<<{'n' if last else '(n + 255) / 256'}, 256>>>(x.data_ptr<float>(), y.data_ptr<int64_t>(), n, r, inner);",
                          "return y;"]
    return p, a


def softmax_kernel(kind, last, chain, name="softmax"):
    """softmax, log_softmax or logsumexp along a dimension; `chain` is applied to what is stored."""
    end = {"softmax": "expf(x[k * inner] - m) / v", "log_softmax": "x[k * inner] - m - logf(v)"}.get(kind)
    head = f"__global__ void {name}(const float* x, float* y, long n, int r, long inner{chain.decl()}) {{"
    if last:
        begin, step, guard = "k = threadIdx.x", "k += 256", ["    long o = blockIdx.x;"]
        sync_m, sync_v = ["    m = block_max(m);"], ["    v = block_sum(v);"]
        helper = BLOCK_SUM + BLOCK_MAX
    else:
        begin, step, guard = "k = 0", "k++", ["    long o = blockIdx.x * 256L + threadIdx.x;", "    if (o >= n) return;"]
        sync_m, sync_v, helper = [], [], []
    move = ["    x += o / inner * r * inner + o % inner;"] + (["    y += o / inner * r * inner + o % inner;"] if end else [])
    out = helper + [head] + guard + move + ["    float m = -INFINITY, v = 0.0f;"]
    out += [f"    for (int {begin}; k < r; {step}) m = fmaxf(m, x[k * inner]);"] + sync_m
    if kind == "logsumexp":
        out += ["    float c = isinf(m) ? 0.0f : m;", f"    for (int {begin}; k < r; {step}) v += expf(x[k * inner] - c);"] + sync_v
        out += [("    if (threadIdx.x == 0) " if last else "    ") + f"y[o] = {chain.call('c + logf(v)')};"]
    else:
        out += [f"    for (int {begin}; k < r; {step}) v += expf(x[k * inner] - m);"] + sync_v
        out += [f"    for (int {begin}; k < r; {step}) y[k * inner] = {chain.call(end)};"]
    return out + ["}", ""]


def softmax(rng, small):
    """softmax and log_softmax along a dimension, and logsumexp."""
    p = Problem(rng, small)
    kind = rng.choice(["softmax", "softmax", "log_softmax", "log_softmax", "logsumexp"])
    a = Answer(p, kind)
    x = p.arg(X)
    a.take("tensor", "x", x)
    p.topic = kind
    roles = shape(p, rng.choice([2, 2, 2, 3, 4]))
    keep = True
    if kind != "logsumexp" and rng.random() < 0.35:
        d = rng.choice([len(roles) - 1, 1 if len(roles) > 1 else 0])
        text = str(d if rng.random() < 0.7 else d - len(roles))
        cls = "nn.Softmax" if kind == "softmax" else "nn.LogSoftmax"
        through = rng.random() < 0.4
        n = p.ctor_param(DIM, text, "int") if through else text
        m = p.fresh([kind, "sm", "activation", "act"])
        p.init.append(f"self.{m} = {cls}({rng.choice(['dim=', 'dim=', ''])}{n})")
        text, given = f"self.{m}({x})", f"self.{m}.dim" if through else n
    else:
        d, spell, given = pick_dim(p, roles)
        if kind == "logsumexp":
            keep, k = keep_text(p)
            text = rng.choice([f"torch.logsumexp({x}, dim={spell}{k})", f"{x}.logsumexp(dim={spell}{k})"])
        else:
            text = rng.choice([f"torch.{kind}({x}, dim={spell})", f"F.{kind}({x}, dim={spell})", f"{x}.{kind}(dim={spell})",
                               f"torch.nn.functional.{kind}({x}, dim={spell})"] + ([f"torch.log(torch.softmax({x}, dim={spell}))"] if kind == "log_softmax" and rng.random() < 0.2 else []))
    a.take("int", "dim", given)
    chain = Chain(a)
    names = pick_ops(rng, rng.choice([0, 0, 0, 0, 0, 1]))
    p.result = apply(p, chain, names, p.fresh(["out", "y", "probs"]), text) if names else _maybe(p, text)
    finish(p, roles)
    last = d == len(roles) - 1
    a.device += chain.device() + softmax_kernel(kind, last, chain)
    a.host += list(HOST_DIM)
    if kind == "logsumexp":
        a.host += ["auto s = x.sizes().vec();", "s[dim] = 1;" if keep else "s.erase(s.begin() + dim);", "auto y = torch::empty(s, x.options());", "long n = y.numel();"]
    else:
        a.host += ["auto y = torch::empty_like(x);", "long n = x.numel() / r;"]
    a.host += [f"softmax<<<{'n' if last else '(n + 255) / 256'}, 256>>>(x.data_ptr<float>(), y.data_ptr<float>(), n, r, inner{chain.pass_on()});", "return y;"]
    return p, a


def scan(rng, small):
    """cumsum, cumprod, and the reverse, exclusive and masked forms."""
    p = Problem(rng, small)
    kind = rng.choice(["cumsum", "cumsum", "cumprod", "reverse", "exclusive", "masked"])
    a = Answer(p, "scan")
    x = p.arg(X)
    a.take("tensor", "x", x)
    p.topic = kind + " along a dimension"
    roles = shape(p, rng.choice([2, 2, 2, 3, 3]))
    mask = None
    if kind == "masked":
        mask = p.arg(["mask", "mask", "m", "valid", "keep"])
        a.take("tensor", "mask", mask)
    d, s, given = pick_dim(p, roles)
    a.take("int", "dim", given)
    flip = rng.choice([f"{x}.flip({s})", f"torch.flip({x}, dims=[{s}])", f"torch.flip({x}, [{s}])"])
    if kind in ("cumsum", "cumprod"):
        text = rng.choice([f"torch.{kind}({x}, dim={s})", f"{x}.{kind}(dim={s})", f"torch.{kind}({x}, {s})", f"{x}.{kind}({s})"])
    elif kind == "reverse":
        inner = rng.choice([f"torch.cumsum({flip}, dim={s})", f"{flip}.cumsum(dim={s})"])
        text = rng.choice([f"{inner}.flip({s})", f"torch.flip({inner}, dims=[{s}])"])
    elif kind == "masked":
        text = rng.choice([f"torch.cumsum({x} * {mask}, dim={s})", f"({x} * {mask}).cumsum(dim={s})", f"torch.cumsum({x}.masked_fill(~{mask}, 0.0), dim={s})",
                           f"torch.cumsum({mask} * {x}, dim={s})"])
    else:
        way = rng.randrange(3)
        if way == 0:
            text = f"torch.cumsum({x}, dim={s}) - {x}"
        elif way == 1:
            c = p.fresh(["c", "total", "cs", "partial"])
            p.body.append(f"{c} = torch.cumsum({x}.narrow({s}, 0, {x}.size({s}) - 1), dim={s})")
            text = f"torch.cat((torch.zeros_like({x}.select({s}, 0).unsqueeze({s})), {c}), dim={s})"
        else:
            c = p.fresh(["c", "total", "cs", "partial"])
            p.body.append(f"{c} = torch.cumsum({x}, dim={s})")
            text = f"torch.cat([torch.zeros_like({c}.narrow({s}, 0, 1)), {c}.narrow({s}, 0, {c}.size({s}) - 1)], dim={s})"
    p.result = _maybe(p, text)
    dims = p.dims(roles)
    p.input(p.rand(dims))
    if mask:
        p.input(rng.choice([f"torch.randint(0, 2, ({dims},)).bool()", f"torch.rand({dims}) > 0.5", "torch.randint(0, 2, {first}.shape).bool()",
                            "torch.rand_like({first}) > 0.5"]))
    last = d == len(roles) - 1
    mul = kind == "cumprod"
    start, op = ("1.0f", "*") if mul else ("0.0f", "+")
    m = ", const bool* mask" if mask else ""
    load = "mask[k * inner] ? x[k * inner] : 0.0f" if mask else "x[k * inner]"
    move = ["    long at = o / inner * r * inner + o % inner;", "    x += at;", "    y += at;"] + (["    mask += at;"] if mask else [])
    head = f"__global__ void scan(const float* x{m}, float* y, long n, int r, long inner) {{"
    rev = kind == "reverse"
    if last:
        index = "        int k = r - 1 - b - threadIdx.x;" if rev else "        int k = b + threadIdx.x;"
        inside = "k >= 0" if rev else "k < r"
        store = "c + v - x[k * inner]" if kind == "exclusive" else f"c {op} v"
        a.device += [head, "    __shared__ float s[8];", "    long o = blockIdx.x;"] + move + [
            "    int lane = threadIdx.x % 32, warp = threadIdx.x / 32;", f"    float c = {start};", "    for (int b = 0; b < r; b += 256) {", index,
            f"        float v = {start};", f"        if ({inside}) v = {load};", "        for (int d = 1; d < 32; d *= 2) {",
            "            float u = __shfl_up_sync(0xffffffff, v, d);", f"            if (lane >= d) v {op}= u;", "        }", "        __syncthreads();",
            "        if (lane == 31) s[warp] = v;", "        __syncthreads();", f"        for (int k = 0; k < warp; k++) v {op}= s[k];",
            f"        if ({inside}) y[k * inner] = {store};", f"        for (int k = 0; k < 8; k++) c {op}= s[k];", "    }", "}", ""]
    else:
        loop = "for (int k = r - 1; k >= 0; k--)" if rev else "for (int k = 0; k < r; k++)"
        steps = [f"v {op}= {load};", "y[k * inner] = v;"]
        if kind == "exclusive":
            steps = ["y[k * inner] = v;", "v += x[k * inner];"]
        a.device += [head, "    long o = blockIdx.x * 256L + threadIdx.x;", "    if (o >= n) return;"] + move + [
            f"    float v = {start};", f"    {loop} {{"] + ["        " + t.replace("v += mask[k * inner] ? x[k * inner] : 0.0f", "v += mask[k * inner] ? x[k * inner] : 0.0f") for t in steps] + ["    }", "}", ""]
    a.host += HOST_DIM[:1] + (["mask = mask.contiguous();"] if mask else []) + HOST_DIM[1:] + ["auto y = torch::empty_like(x);", "long n = x.numel() / r;",
        f"scan<<<{'n' if last else '(n + 255) / 256'}, 256>>>(x.data_ptr<float>(), {'mask.data_ptr<bool>(), ' if mask else ''}y.data_ptr<float>(), n, r, inner);", "return y;"]
    return p, a
