"""What may come behind a product or a convolution in level 2: a row of stages (reductions, softmax, pooling, normalisation),
each with a point-wise tail that its kernel applies while storing."""
from ..chain import Chain
from ..convolution import AXES, _SIZE
from .norm import batch_norm_kernel, row_norm_kernel
from .pool import pool_kernel
from .reduce import KINDS, reduce_kernels, softmax_kernel
from .tail import stage_chain


class Pipe:
    """The tensor between two stages: its C++ name, its extents as C++ text and as numbers, and the Python variable."""

    def __init__(self, p, a, var, tensor, dims, numbers, channels):
        self.p, self.a, self.x, self.tensor = p, a, var, tensor
        self.dims, self.numbers, self.channels = dims, numbers, channels
        self.count, self.kernels, self.second = 0, {}, None

    def product(self, a, b):
        """C++ text of the product of the extents a … b-1."""
        return " * ".join(d for d in self.dims[a:b] if d != "1") or "1"

    def next(self):
        self.count += 1
        return f"y{self.count}"

    def name(self, base, lines, chain):
        """Adds a kernel and its tail; returns its name, which is not taken (the same text may be used again)."""
        self.a.device += chain.device()
        k = 1
        while True:
            name = base if k == 1 else f"{base}{k}"
            text = [l.replace(f" {base}(", f" {name}(") if "__global__" in l else l for l in lines]
            if self.kernels.setdefault(name, text) == text:
                self.a.device += text
                return name
            k += 1

    def tail(self, chain, index, rank, count=None, where=None):
        """Draws the point-wise tail of a stage; returns the expression of its value. `index` is the channel of the element
        stored; it may use `count`, the number of channels, which the kernel then gets as an argument."""
        limit = self.p.rng.choices([0, 1, 2, 3], [3, 4, 2, 0.5])[0]
        cur = stage_chain(self.p, chain, self.x, limit, index, self.channels[0], rank, self.channels[1], where=where)
        if count and any(index == c.split("[", 1)[-1][:-1] for _, c in chain.fargs):
            chain.kparams.append((f"int {count}", count))
        return cur

    def assign(self, text):
        self.p.body.append(f"{self.x} = {text}")


def _dims_text(rng, d0, d1, rank):
    if d1 - d0 == 1:
        return rng.choice([str(d0)] * 4 + [str(d0 - rank)] * (d1 == rank))
    inner = ", ".join(str(k) for k in range(d0, d1))
    return rng.choice([f"({inner})", f"[{inner}]"])


def reduce_stage(q, chain, last):
    """A reduction over one dimension or over neighbouring ones."""
    rng, rank = q.p.rng, len(q.dims)
    choices = [(1, 2)] * 5
    if rank > 2:
        choices += [(2, rank)] * 4 + [(1, rank), (2, 3)]
    d0, d1 = rng.choice(choices)
    many = d1 - d0 > 1
    kind = rng.choice(["mean", "mean", "mean", "sum"] if many else ["sum", "mean", "max", "max", "min", "min", "logsumexp", "logsumexp"])
    keep = rng.random() < (0.65 if last else 0.8)
    k = ", keepdim=True" if keep else ""
    d = _dims_text(rng, d0, d1, rank)
    if not many and rng.random() < 0.12:
        n = q.p.ctor_param(["dim", "reduce_dim", f"{kind}_dim", "axis"], d, "int")
        d = q.p.keep(n, n)
    if kind == "logsumexp":
        text = f"torch.logsumexp({q.x}, dim={d}{k})"
    elif kind == "mean" and d0 == 2 and d1 == rank and many and keep and rng.random() < 0.4:
        n = rank - 2
        if rng.random() < 0.5:
            m = q.p.fresh(["pool", "global_avg_pool", "gap", "global_pool"])
            q.p.init.append(f"self.{m} = nn.AdaptiveAvgPool{n}d({rng.choice(['1', '(' + ', '.join(['1'] * n) + ')'])})")
            text = f"self.{m}({q.x})"
        else:
            text = f"{rng.choice(['F', 'F', 'torch.nn.functional'])}.adaptive_avg_pool{n}d({q.x}, {rng.choice(['1', '(' + ', '.join(['1'] * n) + ')'])})"
        if rng.random() < 0.3 and not last is None:
            q.assign(text)
            keep = False
            text = f"{q.x}{'.squeeze(-1)' * n}" if rng.random() < 0.7 else f"torch.flatten({q.x}, 1)"
    else:
        forms = [f for f in KINDS[kind][4] if "{d}{k}" in f]
        text = rng.choice(forms).format(x=q.x, d=d, k=k)
    q.assign(text)
    r, inner, row = q.product(d0, d1), q.product(d1, rank), d1 == rank
    dims = q.dims[:d0] + (["1"] * (d1 - d0) if keep else []) + q.dims[d1:]
    numbers = q.numbers[:d0] + ([1] * (d1 - d0) if keep else []) + q.numbers[d1:]
    index = None
    if d0 == 2 and keep and dims[1] not in ("1", "N") and numbers[1] == q.channels[1]:
        index = f"o % {dims[1]}" if row else f"o / inner % {dims[1]}"
    q.dims, q.numbers = dims, numbers
    src, out = q.tensor, q.next()
    cur = q.tail(chain, index, len(dims), count=dims[1] if index else None)
    lines = softmax_kernel("logsumexp", row, chain, "logsumexp") if kind == "logsumexp" else reduce_kernels(kind, row, chain, f"reduce_{kind}")
    name = q.name("logsumexp" if kind == "logsumexp" else f"reduce_{kind}", lines, chain)
    q.a.host += [f"auto {out} = torch::empty({{{', '.join(dims)}}}, x.options());",
                 f"{name}<<<{out + '.numel()' if row else f'({out}.numel() + 255) / 256'}, 256>>>({src}.data_ptr<float>(), {out}.data_ptr<float>(), {out}.numel(), {r}, {inner}{chain.pass_on()});"]
    q.tensor = out
    return cur


def softmax_stage(q, chain, last):
    """softmax over the channels."""
    rng, rank = q.p.rng, len(q.dims)
    text = rng.choice([f"torch.softmax({q.x}, dim=1)", f"F.softmax({q.x}, dim=1)", f"{q.x}.softmax(dim=1)", f"torch.nn.functional.softmax({q.x}, dim=1)"])
    if rng.random() < 0.15:
        m = q.p.fresh(["softmax", "sm"])
        q.p.init.append(f"self.{m} = nn.Softmax(dim=1)")
        text = f"self.{m}({q.x})"
    q.assign(text)
    row = rank == 2
    src, out = q.tensor, q.next()
    cur = q.tail(chain, "k" if q.dims[1] != "1" else None, rank)
    name = q.name("softmax", softmax_kernel("softmax", row, chain), chain)
    r, inner = q.dims[1], q.product(2, rank)
    n = f"{src}.numel() / {r}"
    q.a.host += [f"auto {out} = torch::empty_like({src});",
                 f"{name}<<<{n if row else f'({n} + 255) / 256'}, 256>>>({src}.data_ptr<float>(), {out}.data_ptr<float>(), {n}, {r}, {inner}{chain.pass_on()});"]
    q.tensor = out
    return cur


def pool_stage(q, chain, last):
    """Max or average pooling over space."""
    rng, rank = q.p.rng, len(q.dims) - 2
    mx = rng.random() < 0.55
    k = 2 if q.p.small else rng.choice([2, 2, 2, 3, 4])
    s = rng.choice([None, None, 2, 1]) if not q.p.small else rng.choice([None, 1])
    m = q.p.fresh(["pool", "max_pool" if mx else "avg_pool", "maxpool" if mx else "avgpool"])
    if rng.random() < 0.5:
        kt = q.p.ctor_param(["pool_kernel_size", "pool_size", "pool_kernel"] + (["maxpool_kernel_size"] if mx else ["avg_kernel_size"]), k, "int")
    else:
        kt = str(k)
    args = rng.choice([kt, f"kernel_size={kt}"])
    if s:
        st = q.p.ctor_param(["pool_stride", "maxpool_stride" if mx else "avg_stride"], s, "int") if kt != str(k) and rng.random() < 0.6 else str(s)
        args += f", stride={st}"
    q.p.init.append(f"self.{m} = nn.{'Max' if mx else 'Avg'}Pool{rank}d({args})")
    q.assign(f"self.{m}({q.x})")
    kn, sn = f"k{q.count}", f"s{q.count}"
    kn, sn = f"pk{q.count}", f"ps{q.count}"
    q.a.take("int", kn, f"self.{m}.kernel_size" + ("[0]" if rank == 1 and not mx else ""))
    q.a.take("int", sn, f"self.{m}.stride" + ("[0]" if rank == 1 and not mx else ""))
    src, out = q.tensor, q.next()
    new = [f"({d} - {kn}) / {sn} + 1" for d in q.dims[2:]]
    names = [f"{'P' if q.count == 1 else 'R'}{_SIZE[ax]}" for ax in AXES[rank]]
    old = q.dims[2:]
    q.a.host.append("int " + ", ".join(f"{n} = {e}" for n, e in zip(names, new)) + ";")
    q.dims = q.dims[:2] + names
    q.numbers = q.numbers[:2] + [(v - k) // (s or k) + 1 for v in q.numbers[2:]]
    ok = q.dims[1] not in ("1", "N") and q.numbers[1] == q.channels[1]
    index = "i / " + " / ".join("O" + _SIZE[ax] for ax in reversed(AXES[rank])) + f" % {q.dims[1]}" if ok else None
    cur = q.tail(chain, index, rank + 2, count=q.dims[1] if ok else None)
    base = "max_pool" if mx else "avg_pool"
    lines = pool_kernel(rank, mx, chain, dilation=False, name=base, padding=False)
    name = q.name(base, lines, chain)
    q.a.host += [f"auto {out} = torch::empty({{{', '.join(q.dims)}}}, x.options());",
                 f"{name}<<<({out}.numel() + 255) / 256, 256>>>({src}.data_ptr<float>(), {out}.data_ptr<float>(), {out}.numel(), {', '.join(old + names)}, {kn}, {sn}{chain.pass_on()});"]
    q.tensor = out
    return cur


def row_pool_stage(q, chain, last):
    """One-dimensional pooling along the rows of a matrix."""
    rng = q.p.rng
    mx = rng.random() < 0.5
    k = rng.choice([2, 3, 4]) if q.p.small else rng.choice([2, 4, 8, 16])
    m = q.p.fresh(["pool", "max_pool" if mx else "avg_pool", "maxpool" if mx else "avgpool"])
    kt = q.p.ctor_param(["pool_kernel_size", "kernel_size", "pool_size"], k, "int") if rng.random() < 0.75 else str(k)
    q.p.init.append(f"self.{m} = nn.{'Max' if mx else 'Avg'}Pool1d({rng.choice(['', 'kernel_size='])}{kt})")
    q.assign(f"self.{m}({q.x}.unsqueeze(1)).squeeze(1)")
    n = f"pk{q.count}"
    q.a.take("int", n, f"self.{m}.kernel_size" + ("" if mx else "[0]"))
    src, out = q.tensor, q.next()
    old, q.dims, q.numbers = q.dims[1], [q.dims[0], f"{q.dims[1]} / {n}"], [q.numbers[0], q.numbers[1] // k]
    cur = q.tail(chain, None, 2)
    base = "max_pool" if mx else "avg_pool"
    name = q.name(base, pool_kernel(1, mx, chain, dilation=False, name=base, padding=False), chain)
    q.a.host += [f"auto {out} = torch::empty({{{', '.join(q.dims)}}}, x.options());",
                 f"{name}<<<({out}.numel() + 255) / 256, 256>>>({src}.data_ptr<float>(), {out}.data_ptr<float>(), {out}.numel(), {old}, {q.dims[1]}, {n}, {n}{chain.pass_on()});"]
    q.tensor = out
    return cur


def norm_stage(q, chain, last):
    """Group, batch, instance or layer normalisation."""
    rng, rank = q.p.rng, len(q.dims)
    kinds = ["group", "group", "batch", "batch"] + (["instance", "layer"] if rank > 2 else ["row"] if q.channels[1] > 1 else [])
    kind = rng.choice(kinds)
    c = q.channels[0]
    number = q.channels[1]
    if kind == "group" and rank == 2 and number < 2:
        kind = "batch"
    if kind == "instance" and min(q.numbers[2:] or [2]) * max(q.numbers[2:] or [2]) < 2:
        kind = "group"
    m = q.p.fresh({"group": ["gn", "group_norm", "norm"], "batch": ["bn", "batch_norm", "norm"], "instance": ["inorm", "instance_norm", "norm"],
                   "layer": ["ln", "layer_norm", "norm"], "row": ["inorm", "instance_norm", "norm"]}[kind])
    x = q.x
    extra = ""
    if kind in ("batch", "instance", "row") and rng.random() < 0.25:
        names = rng.choice([("eps", "momentum"), ("bn_eps", "bn_momentum") if kind == "batch" else ("eps", "momentum")])
        for n, v, word in zip(names, ("1e-5", "0.1"), ("eps", "momentum")):
            if rng.random() < 0.9 and not any(z[0] == n for z in q.p.params):
                extra += f", {word}={q.p.ctor_param([n], v, 'float', v, given=rng.random() < 0.3)}"
    if kind == "group":
        options = [g for g in (1, 2, 4, 8, 16, 32, 64) if number % g == 0 and (rank > 2 or number // g > 1)]
        g = q.p.ctor_param(["num_groups", "groups"], rng.choice(options), "int") if rng.random() < 0.8 else str(rng.choice(options))
        q.p.init.append(f"self.{m} = nn.GroupNorm({rng.choice([f'{g}, {c}', f'num_groups={g}, num_channels={c}'])})")
    elif kind == "batch":
        q.p.init.append(f"self.{m} = nn.BatchNorm{max(1, rank - 2)}d({c}{extra})")
    elif kind == "instance":
        q.p.init.append(f"self.{m} = nn.InstanceNorm{rank - 2}d({c}{extra})")
    elif kind == "row":
        q.p.init.append(f"self.{m} = nn.InstanceNorm2d({c}{extra})")
    else:
        width = q.p.ctor_param(["norm_shape", "normalized_shape", "norm_size"], f"({q.numbers[-1]},)" if rng.random() < 0.6 else q.numbers[-1], "tuple")
        q.p.init.append(f"self.{m} = nn.LayerNorm({width})")
    t = q.count
    w, h, e = (("nw", "nb", "eps") if t == 0 else (f"nw{t}", f"nb{t}", f"eps{t}"))
    weights = kind in ("group", "batch", "layer")
    if weights:
        q.a.take("tensor", w, f"self.{m}.weight")
        q.a.take("tensor", h, f"self.{m}.bias")
    groups = "NG" if t == 0 else f"NG{t}"
    if kind == "group":
        q.a.take("int", groups, f"self.{m}.num_groups")
    q.a.take("float", e, f"self.{m}.eps")
    q.assign(f"self.{m}({x})" if kind != "row" else f"self.{m}({x}.unsqueeze(1).unsqueeze(1)).squeeze(1).squeeze(1)")
    src, out = q.tensor, q.next()
    at = "i" if kind == "batch" else "at + k"
    around = kind != "row" and rng.random() < 0.1
    if around:
        # the value in front of the normalisation is added behind the tail
        before = q.p.fresh(["x_conv", "residual", "pre_norm", "x_in", "identity"])
        line = q.p.body.pop()
        q.p.body += [f"{before} = {x}", line]
        chain.fargs.append(("float u", f"x[{at}]"))
    counted = kind == "instance" and rank > 2
    index = "c" if kind in ("group", "batch") else f"blockIdx.x % {q.dims[1]}" if counted else None
    arguments = len(q.p.args)
    cur = q.tail(chain, index, rank, count=q.dims[1] if counted else None, where=at if len(q.p.args) == 1 and rng.random() < 0.5 else None)
    if len(q.p.args) > arguments:
        q.second = list(q.numbers)
    if around:
        if cur != x:
            q.p.body.append(f"{x} = {cur}")
        cur = rng.choice([f"{before} + {x}", f"{x} + {before}"])
        chain.stmts.append("v = v + u;")
    n, ch, inner = q.dims[0], q.dims[1], q.product(2, rank)
    wh = f"{w}.data_ptr<float>(), {h}.data_ptr<float>(), " if weights else ""
    head = f"{src}.data_ptr<float>(), {wh}{out}.data_ptr<float>(), "
    q.a.host.append(f"auto {out} = torch::empty_like({src});")
    if kind == "batch":
        name = q.name("norm", batch_norm_kernel(chain), chain)
        q.a.host += [f"auto st{t} = torch::zeros({{2 * {ch}}}, x.options());",
                     f"stats<<<dim3({ch}, 64), 256>>>({src}.data_ptr<float>(), st{t}.data_ptr<float>(), {n}, {ch}, {inner});",
                     f"{name}<<<({src}.numel() + 255) / 256, 256>>>({src}.data_ptr<float>(), st{t}.data_ptr<float>(), {wh}{out}.data_ptr<float>(), {src}.numel(), "
                     f"{n}, {ch}, {inner}, {e}{chain.pass_on()});"]
    elif kind == "group":
        name = q.name("norm", row_norm_kernel("group", chain), chain)
        q.a.host.append(f"{name}<<<{n} * {groups}, 256>>>({head}{src}.numel() / ({n} * {groups}), {inner}, {ch}, {e}{chain.pass_on()});")
    elif kind == "layer":
        name = q.name("norm", row_norm_kernel("layer", chain), chain)
        q.a.host.append(f"{name}<<<{src}.numel() / {q.dims[-1]}, 256>>>({head}{q.dims[-1]}, {e}{chain.pass_on()});")
    else:
        name = q.name("norm", row_norm_kernel("instance", chain), chain)
        rows = n if kind == "row" else f"{n} * {ch}"
        q.a.host.append(f"{name}<<<{rows}, 256>>>({head}{src}.numel() / ({rows}), {e}{chain.pass_on()});")
    q.tensor = out
    return cur


def stages(q, count):
    """Adds up to `count` stages; returns the expression of the result."""
    rng, cur, normed = q.p.rng, q.x, False
    for k in range(count):
        spatial = len(q.dims) > 3 and min(q.numbers[2:]) >= 4
        channel = len(q.dims) >= 2 and q.dims[1] != "1" and (not normed or rng.random() < 0.15) and q.numbers[1] == q.channels[1]
        options = [(reduce_stage, 4)] if len(q.dims) >= 2 else []
        if spatial:
            options.append((pool_stage, 3))
        if len(q.dims) == 2 and q.numbers[1] >= 16:
            options.append((row_pool_stage, 1))
        if channel:
            options.append((norm_stage, 3.5 if all(v > 1 for v in q.numbers[2:]) else 0))
            options.append((softmax_stage, 1.5))
        options = [o for o in options if o[1]]
        if not options:
            break
        if cur != q.x:
            q.p.body.append(f"{q.x} = {cur}")
        stage = rng.choices([o for o, _ in options], [w for _, w in options])[0]
        normed = normed or stage is norm_stage
        cur = stage(q, Chain(q.a, "ghjl"[k]), k == count - 1)
    return cur
