"""nn.Linear (or a weight parameter) and a point-wise chain, possibly with a reduction, softmax or normalisation behind it."""
from ..answer import Answer
from ..chain import Chain, apply, pick_ops
from ..gemm import gemm_grid, gemm_kernel
from ..problem import Problem
from .elementwise import BATCH
from .norm import batch_norm_kernel, row_norm_kernel
from .reduce import KINDS, reduce_kernels, softmax_kernel
from .tail import channel_parameter, residual_chain, stage_chain

IN = ["in_features", "input_size", "in_dim", "input_dim"]
OUT = ["out_features", "hidden_size", "output_size", "out_dim", "hidden_dim"]
LIN = ["linear", "gemm", "matmul", "fc", "proj", "dense", "layer"]


def linear(rng, small):
    """The level-2 form that starts with a matrix product."""
    p = Problem(rng, small)
    a = Answer(p, "linear")
    x = p.arg(["x", "x", "x", "input", "inp", "X"])
    a.take("tensor", "A", x)
    p.topic = "a linear layer and what follows"
    s = p.size
    bs, fi, fo = s.batch(), s.matrix(), s.matrix()
    i_, o_ = p.ctor_param(IN, fi, "int"), p.ctor_param(OUT, fo, "int")
    n = p.fresh(LIN)
    kind = rng.choices(["module", "weight", "nobias"], [8, 1, 1])[0]
    if kind == "weight":
        wn = rng.choice(["weight", "w", "W"])
        p.init.append(f"self.{wn} = nn.Parameter(torch.randn({o_}, {i_}))")
        a.take("tensor", "B", f"self.{wn}")
        expr = rng.choice([f"torch.matmul({x}, self.{wn}.T)", f"{x} @ self.{wn}.T", f"F.linear({x}, self.{wn})", f"torch.matmul({x}, self.{wn}.t())"])
    else:
        p.init.append(f"self.{n} = nn.Linear({i_}, {o_}{', bias=False' if kind == 'nobias' else ''})")
        a.take("tensor", "B", f"self.{n}.weight")
        if kind == "module":
            a.take("tensor", "b", f"self.{n}.bias")
        expr = f"self.{n}({x})"
    bias = kind == "module"
    chain = Chain(a)
    tail = rng.choices(["none", "reduce", "softmax", "logsumexp", "group", "batch"], [8, 2, 1.5, 1, 1.5, 1.2])[0]
    p.body.append(f"{x} = {expr}")
    cur = stage_chain(p, chain, x, rng.choices([0, 1, 2, 3, 4], [1 if tail != "none" else 0.2, 3, 3, 2, 1])[0], "c", o_, 2, fo, residual=True)
    big = rng.random() < 0.5 if small else min(bs, fo) >= 256
    value = "{v} + b[c]" if bias else "{v}"
    a.device += chain.device() + gemm_kernel(0, 1, chain, big, value=value, extra="const float* b, " if bias else "")
    a.host += ["A = A.contiguous();", "int M = A.size(0), K = A.size(1), N = B.size(0);", "auto C = torch::empty({M, N}, A.options());",
               f"gemm<<<{gemm_grid(big)}>>>(A.data_ptr<float>(), B.data_ptr<float>(), {'b.data_ptr<float>(), ' if bias else ''}C.data_ptr<float>(), M, N, K{chain.pass_on()});"]
    g = Chain(a, "g")
    if tail == "none":
        p.result = cur
        a.host.append("return C;")
        return _inputs(p, a, bs, fi)
    p.body.append(f"{x} = {cur}") if cur != x else None
    if tail in ("reduce", "logsumexp", "softmax"):
        keep = rng.random() < 0.65
        k = ", keepdim=True" if keep else ""
        if tail == "reduce":
            kind = rng.choice(["sum", "mean", "max", "min"])
            text = rng.choice(KINDS[kind][4]).format(x=x, d=rng.choice(["1", "1", "-1"]), k=k)
        elif tail == "logsumexp":
            text = f"torch.logsumexp({x}, dim=1{k})"
        else:
            keep = True
            text = rng.choice([f"torch.softmax({x}, dim=1)", f"F.softmax({x}, dim=1)", f"{x}.softmax(dim=-1)", f"torch.nn.functional.softmax({x}, dim=1)"])
        p.body.append(f"{x} = {text}")
        p.result = stage_chain(p, g, x, rng.choice([0, 0, 1, 2]), None, o_, 2, fo)
        a.device += g.device()
        if tail == "reduce":
            a.device += reduce_kernels(kind, True, g)
        else:
            a.device += softmax_kernel(tail, True, g)
        if tail == "softmax":
            a.host.append("auto y = torch::empty_like(C);")
        else:
            a.host.append(f"auto y = torch::empty({{M{', 1' if keep else ''}}}, A.options());")
        name = "reduce" if tail == "reduce" else "softmax"
        a.host += [f"{name}<<<M, 256>>>(C.data_ptr<float>(), y.data_ptr<float>(), M, N, 1{g.pass_on()});", "return y;"]
    else:
        groups = rng.choice([q for q in (1, 2, 4, 8, 16, 32, 64) if fo % q == 0 and (fo // q > 1 or fo == 1)])
        nm = p.fresh(["norm", "gn", "group_norm"] if tail == "group" else ["bn", "norm", "batch_norm"])
        if tail == "group":
            g_ = p.ctor_param(["num_groups", "groups"], groups, "int")
            p.init.append(f"self.{nm} = nn.GroupNorm({g_}, {o_})")
        else:
            p.init.append(f"self.{nm} = nn.BatchNorm1d({o_})")
            if small and bs < 2:
                bs = 3
        a.take("tensor", "w", f"self.{nm}.weight")
        a.take("tensor", "h", f"self.{nm}.bias")
        if tail == "group":
            a.take("int", "G", f"self.{nm}.num_groups")
        a.take("float", "eps", f"self.{nm}.eps")
        p.body.append(f"{x} = self.{nm}({x})")
        p.result = stage_chain(p, g, x, rng.choice([0, 1, 1, 2]), "c", o_, 2, fo)
        a.device += g.device() + (row_norm_kernel("group", g) if tail == "group" else batch_norm_kernel(g))
        wb = "w.data_ptr<float>(), h.data_ptr<float>(), "
        a.host.append("auto y = torch::empty_like(C);")
        if tail == "group":
            a.host.append(f"norm<<<M * G, 256>>>(C.data_ptr<float>(), {wb}y.data_ptr<float>(), N / G, 1, N, eps{g.pass_on()});")
        else:
            a.host.append(f"norm<<<N, 256>>>(C.data_ptr<float>(), {wb}y.data_ptr<float>(), M, N, 1, eps{g.pass_on()});")
        a.host.append("return y;")
    return _inputs(p, a, bs, fi)


def _inputs(p, a, bs, fi):
    p.input(p.rand(f"{p.const(BATCH, bs)}, {p.const(IN, fi)}"))
    return p, a
