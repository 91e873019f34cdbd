"""Normalisations: dividing by a norm along a dimension, and the layers that subtract a mean and divide by a deviation."""
from ..answer import Answer
from ..blocks import BLOCK_SUM
from ..chain import Chain, apply, pick_ops
from ..problem import Problem
from .elementwise import BATCH, CHAN, FEAT, HEIGHT, SEQ, WIDTH, DEPTH, X, shape
from .reduce import HOST_DIM, finish, pick_dim, _maybe

EPS = (["eps", "epsilon"], ["1e-5", "1e-6", "1e-8", "1e-3"])


def divide_by_norm(rng, small):
    """x / norm(x, dim): L1 (sum or mean), L2, RMS, max."""
    p = Problem(rng, small)
    a = Answer(p, "normalize")
    x = p.arg(X)
    a.take("tensor", "x", x)
    kind = rng.choice(["l1sum", "l1mean", "l2", "l2", "rms", "rms", "normalize"])
    p.topic = "a normalised tensor"
    roles = shape(p, rng.choice([2, 2, 3, 4, 4]))
    d, s, given = pick_dim(p, roles)
    a.take("int", "dim", given)
    eps = None
    if kind == "rms" or (kind in ("l2", "l1sum") and rng.random() < 0.25):
        value = rng.choice(EPS[1])
        if rng.random() < 0.6:
            default = value if rng.random() < 0.5 or any(q[2] for q in p.params) else None
            n = p.ctor_param(EPS[0], value, "float", default, given=default is None)
            eps = p.keep(n, n)
            ceps = None
        else:
            eps, ceps = value, value + "f" if "." in value else value.replace("e", ".0e") + "f"
    if kind == "rms" and rng.random() < 0.5 and not any(q[0] == "num_features" for q in p.params):
        n = p.ctor_param(["num_features", "features", "dim_size", "normalized_size"], roles[d][1], "int", given=True)
        p.keep(n, n)
    k = ", keepdim=True"
    add = f" + {eps}" if eps else ""
    forms = {"l1sum": ["torch.sum(torch.abs({x}), dim={d}{k})", "{x}.abs().sum(dim={d}{k})", "torch.norm({x}, p=1, dim={d}{k})"],
             "l1mean": ["torch.mean(torch.abs({x}), dim={d}{k})", "{x}.abs().mean(dim={d}{k})"],
             "l2": ["torch.norm({x}, p=2, dim={d}{k})", "torch.norm({x}, dim={d}{k})", "torch.sqrt(torch.sum({x} ** 2, dim={d}{k}))", "{x}.norm(p=2, dim={d}{k})",
                    "torch.linalg.vector_norm({x}, ord=2, dim={d}{k})", "{x}.pow(2).sum(dim={d}{k}).sqrt()"]}
    chain = Chain(a)
    eps_c = None
    if eps:
        eps_c = chain.scalar(eps) if ceps is None else ceps
    if kind == "normalize":
        pn = rng.choice([1, 2, 2])
        text = rng.choice([f"F.normalize({x}, p={pn}, dim={s})", f"torch.nn.functional.normalize({x}, p={pn}, dim={s})"] + ([f"F.normalize({x}, dim={s})"] if pn == 2 else []))
        step, end = ("v += u * u;", "fmaxf(sqrtf(v), 1e-12f)") if pn == 2 else ("v += fabsf(u);", "fmaxf(v, 1e-12f)")
    elif kind == "rms":
        sq = rng.choice([f"{x} ** 2", f"{x}.pow(2)", f"{x} * {x}", f"torch.square({x})"])
        mean = rng.choice([f"torch.mean({sq}, dim={s}{k})", f"({sq}).mean(dim={s}{k})"])
        way = rng.randrange(3)
        if way == 0:
            nm = p.fresh(["rms", "scale", "norm", "denom"])
            p.body.append(f"{nm} = torch.sqrt({mean}{add})")
            text = f"{x} / {nm}"
        elif way == 1:
            text = f"{x} * torch.rsqrt({mean}{add})"
        else:
            nm = p.fresh(["ms", "var", "mean_square", "power"])
            p.body.append(f"{nm} = {mean}")
            text = rng.choice([f"{x} / torch.sqrt({nm}{add})", f"{x} * torch.rsqrt({nm}{add})"])
        step, end = "v += u * u;", f"sqrtf(v / r + {eps_c})"
    else:
        norm = rng.choice(forms[kind]).format(x=x, d=s, k=k)
        if rng.random() < 0.5:
            nm = p.fresh(["norm", "denom", "total", "scale", "n"])
            p.body.append(f"{nm} = {norm}")
            text = f"{x} / ({nm}{add})" if add else f"{x} / {nm}"
        else:
            text = f"{x} / ({norm}{add})" if add else f"{x} / {norm}"
        step = "v += u * u;" if kind == "l2" else "v += fabsf(u);"
        end = {"l1sum": "v", "l1mean": "v / r", "l2": "sqrtf(v)"}[kind] + (f" + {eps_c}" if eps else "")
    p.result = _maybe(p, text)
    finish(p, roles)
    last = d == len(roles) - 1
    head = f"__global__ void normalize(const float* x, float* y, long n, int r, long inner{chain.decl()}) {{"
    guard = ["    long o = blockIdx.x;"] if last else ["    long o = blockIdx.x * 256L + threadIdx.x;", "    if (o >= n) return;"]
    loop = "for (int k = threadIdx.x; k < r; k += 256)" if last else "for (int k = 0; k < r; k++)"
    a.device += (BLOCK_SUM if last else []) + [head] + guard + ["    long at = o / inner * r * inner + o % inner;", "    x += at;", "    y += at;",
        "    float v = 0.0f;", f"    {loop} {{", "        float u = x[k * inner];", f"        {step}", "    }"] + (["    v = block_sum(v);"] if last else []) + [
        f"    v = {end};", f"    {loop} y[k * inner] = x[k * inner] / v;", "}", ""]
    a.host += HOST_DIM + ["auto y = torch::empty_like(x);", "long n = x.numel() / r;",
        f"normalize<<<{'n' if last else '(n + 255) / 256'}, 256>>>(x.data_ptr<float>(), y.data_ptr<float>(), n, r, inner{chain.pass_on()});", "return y;"]
    return p, a


def whole_norm(rng, small):
    """x / norm(x) over the whole tensor."""
    p = Problem(rng, small)
    a = Answer(p, "whole_norm")
    x = p.arg(X)
    a.take("tensor", "x", x)
    p.topic = "a tensor divided by its norm"
    kind = rng.choice(["l2", "l2", "l2", "l1"])
    forms = {"l2": ["torch.norm({x}, p='fro')", "torch.norm({x})", "{x}.norm()", "torch.sqrt(torch.sum({x} ** 2))", "torch.linalg.norm({x}.flatten())", "torch.norm({x}, p=2)"],
             "l1": ["torch.sum(torch.abs({x}))", "{x}.abs().sum()", "torch.norm({x}, p=1)"]}[kind]
    norm = rng.choice(forms).format(x=x)
    if rng.random() < 0.6:
        n = p.fresh(["norm", "fro", "length", "denom", "n"])
        p.body.append(f"{n} = {norm}")
        norm = n
    p.result = _maybe(p, f"{x} / {norm}")
    finish(p, shape(p, rng.choice([2, 3, 4, 4])))
    step, end = ("v += x[i] * x[i];", "sqrtf(*s)") if kind == "l2" else ("v += fabsf(x[i]);", "*s")
    a.device += BLOCK_SUM + ["__global__ void reduce(const float* x, float* s, long n) {", "    float v = 0.0f;",
        f"    for (long i = blockIdx.x * 256L + threadIdx.x; i < n; i += gridDim.x * 256L) {step}", "    v = block_sum(v);",
        "    if (threadIdx.x == 0) atomicAdd(s, v);", "}", "", "__global__ void divide(const float* x, const float* s, float* y, long n) {",
        f"    float v = {end};", "    for (long i = blockIdx.x * 256L + threadIdx.x; i < n; i += gridDim.x * 256L) y[i] = x[i] / v;", "}", ""]
    a.host += ["x = x.contiguous();", "long n = x.numel();", "auto s = torch::zeros({1}, x.options());", "auto y = torch::empty_like(x);",
               "reduce<<<1024, 256>>>(x.data_ptr<float>(), s.data_ptr<float>(), n);",
               "divide<<<(n + 255) / 256, 256>>>(x.data_ptr<float>(), s.data_ptr<float>(), y.data_ptr<float>(), n);", "return y;"]
    return p, a


def row_norm_kernel(kind, chain):
    """Mean and deviation of a contiguous row of r elements, then the affine map. Channel index c per kind:
    layer: position in the row; group: (group, position / inner); instance: no weights."""
    out = BLOCK_SUM + [f"__global__ void norm(const float* x, {'' if kind == 'instance' else 'const float* w, const float* b, '}float* y, long r, "
                       + ("long inner, int C, " if kind == "group" else "") + f"float eps{chain.decl()}) {{",
                       "    long at = blockIdx.x * r;", "    float m = 0.0f, v = 0.0f;",
                       "    for (long k = threadIdx.x; k < r; k += 256) m += x[at + k];", "    m = block_sum(m) / r;",
                       "    for (long k = threadIdx.x; k < r; k += 256) {", "        float u = x[at + k] - m;", "        v += u * u;", "    }",
                       "    v = rsqrtf(block_sum(v) / r + eps);"]
    if kind == "group":
        out += ["    for (long k = threadIdx.x; k < r; k += 256) {", "        int c = (at + k) / inner % C;",
                f"        y[at + k] = {chain.call('(x[at + k] - m) * v * w[c] + b[c]')};", "    }"]
    else:
        tail = "(x[at + k] - m) * v" + (" * w[k] + b[k]" if kind == "layer" else "")
        out += [f"    for (long k = threadIdx.x; k < r; k += 256) y[at + k] = {chain.call(tail)};"]
    return out + ["}", ""]


STATS = """__global__ void stats(const float* x, float* s, @ARGS@) {
    int c = blockIdx.x;
    float a = 0.0f, b = 0.0f, z = x[@FIRST@];
    for (long k = blockIdx.y * 256L + threadIdx.x; k < @COUNT@; k += gridDim.y * 256L) {
        float u = x[@AT@] - z;
        a += u;
        b += u * u;
    }
    a = block_sum(a);
    b = block_sum(b);
    if (threadIdx.x == 0) {
        atomicAdd(s + 2 * c, a);
        atomicAdd(s + 2 * c + 1, b);
    }
}

__global__ void norm(const float* x, const float* s, const float* w, const float* b, float* y, long n, @ARGS@, float eps@DECL@) {
    for (long i = blockIdx.x * 256L + threadIdx.x; i < n; i += gridDim.x * 256L) {
        @INDEX@
        float m = s[2 * c] / @R@, v = rsqrtf(s[2 * c + 1] / @R@ - m * m + eps);
        m += x[@FIRST@];
        y[i] = @CALL@;
    }
}
"""


def _stats(chain, **words):
    text = STATS
    for word, value in words.items():
        text = text.replace(f"@{word}@", value)
    return BLOCK_SUM + text.replace("@DECL@", chain.decl()).split("\n")


def batch_norm_kernel(chain):
    """Statistics of a channel over batch and space, as in training mode, by many blocks per channel; they are taken of the
    differences to the channel's first value, so that a large mean does not swallow the deviation."""
    return _stats(chain, ARGS="int N, int C, long inner", FIRST="c * inner", COUNT="N * inner", AT="(k / inner * C + c) * inner + k % inner",
                  INDEX="int c = i / inner % C;", R="(N * inner)", CALL=chain.call("(x[i] - m) * v * w[c] + b[c]"))


def long_row_norm_kernel(chain):
    """Layer normalisation of few long rows: many blocks per row."""
    return _stats(chain, ARGS="long r", FIRST="c * r", COUNT="r", AT="c * r + k", INDEX="long c = i / r, k = i % r;", R="r",
                  CALL=chain.call("(x[i] - m) * v * w[k] + b[k]"))


def layer(rng, small):
    """nn.LayerNorm, BatchNorm, InstanceNorm, GroupNorm as modules."""
    p = Problem(rng, small)
    kind = rng.choice(["layer", "layer", "batch", "batch", "instance", "group", "group"])
    a = Answer(p, kind + "_norm")
    x = p.arg(X)
    a.take("tensor", "x", x)
    p.topic = kind + " normalisation"
    s = p.size
    rank = rng.choice([2, 3, 4]) if kind == "layer" else rng.choice([3, 4, 4, 4, 5] + ([2] if kind in ("batch", "group") else []))
    c = s.channels() * (1 if p.small else rng.choice([1, 1, 2]))
    groups = None
    spatial = [(HEIGHT, s.spatial()), (WIDTH, s.spatial())]
    roles = {2: [(BATCH, s.batch()), (FEAT, c)], 3: [(BATCH, s.few()), (CHAN, c), (SEQ, s.spatial())],
             4: [(BATCH, s.few()), (CHAN, c)] + spatial, 5: [(BATCH, s.few()), (CHAN, c), (DEPTH, s.spatial())] + spatial}[rank]
    n = p.fresh({"layer": ["ln", "norm", "layer_norm"], "batch": ["bn", "norm", "batch_norm"], "instance": ["inorm", "norm", "instance_norm"],
                 "group": ["gn", "norm", "group_norm"]}[kind])
    eps_text = ""
    given = []
    if kind == "layer":
        count = rng.randrange(1, rank)
        dims = [str(v) for _, v in roles[-count:]]
        if count == 1 and rng.random() < 0.6:
            q = p.ctor_param(FEAT[:4] + ["normalized_shape"], roles[-1][1], "int")
        else:
            tup = "(" + ", ".join(p.const(*r) if rng.random() < 0.8 else str(r[1]) for r in roles[-count:]) + ("," if count == 1 else "") + ")"
            q = p.ctor_param(["normalized_shape", "norm_shape"], tup, "tuple")
            if rng.random() < 0.7:
                p.params[-1] = p.params[-1][:3] + (tup,)
                p.consts = [k for k in p.consts if k[1] != tup]
        args = rng.choice([f"normalized_shape={q}", q])
    elif kind == "group":
        groups = rng.choice([g for g in (1, 2, 4, 8, 16, 32) if c % g == 0])
        order = rng.random() < 0.6
        if order:
            q = p.ctor_param(["num_features", "channels", "num_channels", "C"], c, "int")
            g = p.ctor_param(["num_groups", "groups", "G"], groups, "int")
        else:
            g = p.ctor_param(["num_groups", "groups", "G"], groups, "int")
            q = p.ctor_param(["num_features", "channels", "num_channels", "C"], c, "int")
        args = rng.choice([f"num_groups={g}, num_channels={q}", f"{g}, {q}"])
    else:
        q = p.ctor_param(["num_features", "channels", "num_channels", "C"], c, "int")
        args = rng.choice([f"num_features={q}", q])
    if rng.random() < 0.25:
        e = p.ctor_param(EPS[0], "1e-5", "float", "1e-5", given=False)
        eps_text = f", eps={e}"
    cls = {"layer": "LayerNorm", "group": "GroupNorm", "batch": {2: "BatchNorm1d", 3: "BatchNorm1d", 4: "BatchNorm2d", 5: "BatchNorm3d"}.get(rank),
           "instance": {3: "InstanceNorm1d", 4: "InstanceNorm2d", 5: "InstanceNorm3d"}.get(rank)}[kind]
    p.init.append(f"self.{n} = nn.{cls}({args}{eps_text})")
    if kind != "instance":
        a.take("tensor", "w", f"self.{n}.weight")
        a.take("tensor", "b", f"self.{n}.bias")
    if kind == "group":
        a.take("int", "G", f"self.{n}.num_groups")
    a.take("float", "eps", f"self.{n}.eps")
    chain = Chain(a)
    names = pick_ops(rng, rng.choice([0, 0, 0, 0, 1, 2]))
    text = f"self.{n}({x})"
    p.result = apply(p, chain, names, p.fresh(["out", "y", "h"]), text) if names else _maybe(p, text)
    if roles[0][1] < 2:
        roles[0] = (roles[0][0], 3 if small else 16)
    finish(p, roles)
    a.device += chain.device()
    a.host += ["x = x.contiguous();", "auto y = torch::empty_like(x);"]
    wb = "w.data_ptr<float>(), b.data_ptr<float>(), "
    if kind == "layer" and count > 1:
        a.device += long_row_norm_kernel(chain)
        a.host += ["long n = x.numel(), r = w.numel();", "auto s = torch::zeros({n / r * 2}, x.options());",
                   "stats<<<dim3(n / r, 64), 256>>>(x.data_ptr<float>(), s.data_ptr<float>(), r);",
                   f"norm<<<(n + 255) / 256, 256>>>(x.data_ptr<float>(), s.data_ptr<float>(), {wb}y.data_ptr<float>(), n, r, eps{chain.pass_on()});"]
    elif kind == "layer":
        a.device += row_norm_kernel("layer", chain)
        a.host += ["long r = w.numel();", f"norm<<<x.numel() / r, 256>>>(x.data_ptr<float>(), {wb}y.data_ptr<float>(), r, eps{chain.pass_on()});"]
    elif kind == "instance":
        a.device += row_norm_kernel("instance", chain)
        a.host += ["long n = x.size(0) * x.size(1);", f"norm<<<n, 256>>>(x.data_ptr<float>(), y.data_ptr<float>(), x.numel() / n, eps{chain.pass_on()});"]
    elif kind == "group":
        a.device += row_norm_kernel("group", chain)
        a.host += ["int N = x.size(0), C = x.size(1);", "long inner = x.numel() / N / C;",
                   f"norm<<<N * G, 256>>>(x.data_ptr<float>(), {wb}y.data_ptr<float>(), C / G * inner, inner, C, eps{chain.pass_on()});"]
    else:
        a.device += batch_norm_kernel(chain)
        a.host += ["int N = x.size(0), C = x.size(1);", "long n = x.numel(), inner = n / N / C;", "auto s = torch::zeros({2 * C}, x.options());",
                   "stats<<<dim3(C, 64), 256>>>(x.data_ptr<float>(), s.data_ptr<float>(), N, C, inner);",
                   f"norm<<<(n + 255) / 256, 256>>>(x.data_ptr<float>(), s.data_ptr<float>(), {wb}y.data_ptr<float>(), n, N, C, inner, eps{chain.pass_on()});"]
    a.host += ["return y;"]
    return p, a
