"""Max and average pooling in one, two and three dimensions: one thread per output element."""
from ..answer import Answer
from ..chain import Chain
from ..convolution import AXES, _SIZE
from ..problem import Problem
from .elementwise import LENGTH, BATCH, CHAN, DEPTH, HEIGHT, WIDTH, X
from .reduce import _maybe


def pool_kernel(rank, mx, chain, dilation=True, name="pool", padding=True):
    """One output element per thread; the window is a cube of edge k."""
    axes = AXES[rank]
    dilation = dilation and mx
    sizes = [_SIZE[q] for q in axes]
    ints = sizes + ["O" + q for q in sizes] + ["k", "s"] + (["p"] if padding else []) + (["e"] if dilation else [])
    out = [f"__global__ void {name}(const float* x, float* y, long n, " + ", ".join(f"int {q}" for q in ints) + chain.decl() + ") {",
           "    long i = blockIdx.x * 256L + threadIdx.x;", "    if (i >= n) return;"]
    left = "i"
    for q in reversed(axes):
        out.append(f"    int o{q} = {left} % O{_SIZE[q]};")
        left += f" / O{_SIZE[q]}"
    out += [f"    x += {left} * " + " * ".join(sizes) + ";", f"    float v = {'-INFINITY' if mx else '0.0f'};"]
    pad = "    "
    for q in axes:
        if padding:
            out.append(f"{pad}for (int k{q} = 0; k{q} < k; k{q}++) {{")
            pad += "    "
            out += [f"{pad}int i{q} = o{q} * s - p + k{q}{' * e' if dilation else ''};", f"{pad}if (i{q} < 0 || i{q} >= {_SIZE[q]}) continue;"]
        else:
            out.append(f"{pad}for (int i{q} = o{q} * s; i{q} < o{q} * s + k; i{q}++)")
            pad += "    "
    at = f"i{axes[0]}"
    for q in axes[1:]:
        at = f"({at}) * {_SIZE[q]} + i{q}" if " " in at else f"{at} * {_SIZE[q]} + i{q}"
    out.append(f"{pad}v = fmaxf(v, x[{at}]);" if mx else f"{pad}v += x[{at}];")
    for q in axes if padding else "":
        pad = pad[4:]
        out.append(pad + "}")
    end = "v" if mx else f"v / ({' * '.join(['k'] * rank)})"
    return out + [f"    y[i] = {chain.call(end)};", "}", ""]


def pool(rng, small):
    """nn.MaxPool*d and nn.AvgPool*d (average counts the padding, as is the default)."""
    p = Problem(rng, small)
    rank = rng.choice([1, 2, 3])
    mx = rng.random() < 0.5
    a = Answer(p, f"{'max' if mx else 'avg'}_pool{rank}d")
    x = p.arg(X)
    a.take("tensor", "x", x)
    p.topic = "pooling"
    axes = AXES[rank]
    k = rng.choice([2, 3] if small else [2, 3, 4, 5, 7, 8, 11])
    s = rng.choice([None, 1, 2, 3])
    pd = rng.choice([0, 0, 1, k // 2])
    pd = min(pd, k // 2)
    e = rng.choice([1, 1, 2, 3]) if mx else 1
    hint = "int"
    given_opt = rng.random() < 0.6
    kp = p.ctor_param(["kernel_size", "kernel_size", "k", "pool_size", "window"], k, hint) if rng.random() < 0.9 else str(k)
    args = [f"kernel_size={kp}" if rng.random() < 0.6 else kp]
    through = rng.random() < 0.85
    def option(names, word, value, neutral):
        if value == neutral and rng.random() < 0.5:
            return
        if through:
            default = str(neutral) if given_opt else None
            n = p.ctor_param(names, "None" if value is None else value, "int", default, given=value != neutral or default is None or rng.random() < 0.5)
            args.append(f"{word}={n}")
        else:
            args.append(f"{word}={value}")
    option(["stride", "stride", "step"], "stride", s, None)
    option(["padding", "padding", "pad"], "padding", pd, 0)
    if mx:
        option(["dilation", "dilation", "dil"], "dilation", e, 1)
    if mx and through and given_opt and rng.random() < 0.3:
        for w in ["return_indices", "ceil_mode"][: rng.choice([1, 2])]:
            n = p.ctor_param([w], "False", "bool", "False", given=False)
            args.append(f"{w}={n}")
    name = p.fresh(["pool", "maxpool" if mx else "avg_pool", "max_pool" if mx else "avgpool"])
    p.init.append(f"self.{name} = nn.{'Max' if mx else 'Avg'}Pool{rank}d({', '.join(args)})")
    p.result = _maybe(p, f"self.{name}({x})")
    z = p.size
    ext = [z.spatial() for _ in axes] if rank > 1 or small else [rng.choice([1024, 4096, 8192, 65536, 131072])]
    if small:
        ext = [max(v, (k - 1) * e + 1) for v in ext]
    elif rank == 3:
        ext = [min(v, 256) for v in ext]
    if rng.random() < 0.5:
        ext = [ext[0]] * rank
    p.input(p.rand(p.dims([(BATCH, z.few()), (CHAN, z.channels())] + list(zip({1: [LENGTH], 2: [HEIGHT, WIDTH], 3: [DEPTH, HEIGHT, WIDTH]}[rank], ext)))))
    for q in ["k", "s", "p"] + (["e"] if mx else []):
        a.take("int", q, f"self.{name}.{ {'k': 'kernel_size', 's': 'stride', 'p': 'padding', 'e': 'dilation'}[q]}")
    if rank == 1 and not mx:
        # nn.AvgPool1d stores one-element tuples
        a.calls = [c + "[0]" if c.startswith("self.") else c for c in a.calls]
    sizes = [_SIZE[q] for q in axes]
    ints = sizes + ["O" + q for q in sizes] + ["k", "s", "p"] + (["e"] if mx else [])
    a.device += pool_kernel(rank, mx, Chain(a))
    a.host += ["x = x.contiguous();", "int N = x.size(0), C = x.size(1), " + ", ".join(f"{q} = x.size({j + 2})" for j, q in enumerate(sizes)) + ";"]
    for q in sizes:
        a.host.append(f"int O{q} = ({q} + 2 * p - {'e * (k - 1) - 1' if mx else 'k'}) / s + 1;")
    a.host += [f"auto y = torch::empty({{N, C, {', '.join('O' + q for q in sizes)}}}, x.options());", "long n = y.numel();",
               f"pool<<<(n + 255) / 256, 256>>>(x.data_ptr<float>(), y.data_ptr<float>(), n, {', '.join(ints)});", "return y;"]
    return p, a
