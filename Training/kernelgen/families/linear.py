"""nn.Linear (or a weight parameter) and a point-wise chain, possibly with a reduction, softmax or normalisation behind it."""
from ..answer import Answer
from ..chain import Chain
from ..gemm import gemm_grid, gemm_kernel
from ..problem import Problem
from .elementwise import BATCH
from .pipeline import Pipe, stages
from .tail import stage_chain

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
    p.out_features = fo
    count = rng.choices([0, 1, 2, 3], [9, 6, 2, 0.7])[0]
    if bs < 2:
        bs = 3 if small else 16
    p.body.append(f"{x} = {expr}")
    cur = stage_chain(p, chain, x, rng.choices([0, 1, 2, 3, 4], [2 if count else 0.2, 3, 3, 2 if not count else 1, 1 if not count else 0.2])[0], "c", o_, 2, fo, residual=True, where="(long)r * N + c")
    big = rng.random() < 0.5 if small else min(bs, fo) >= 256
    value = "{v} + b[c]" if bias else "{v}"
    a.device += chain.device() + gemm_kernel(0, 1, chain, big, value=value, extra="const float* b, " if bias else "")
    a.host += ["A = A.contiguous();", "int M = A.size(0), K = A.size(1), N = B.size(0);", "auto C = torch::empty({M, N}, A.options());",
               f"gemm<<<{gemm_grid(big)}>>>(A.data_ptr<float>(), B.data_ptr<float>(), {'b.data_ptr<float>(), ' if bias else ''}C.data_ptr<float>(), M, N, K{chain.pass_on()});"]
    if not count:
        p.result = cur
        a.host.append("return C;")
        return _inputs(p, a, bs, fi)
    if cur != x:
        p.body.append(f"{x} = {cur}")
    pipe = Pipe(p, a, x, "C", ["M", "N"], [bs, fo], (o_, fo))
    p.result = stages(pipe, count)
    p.out_features = pipe.second[1] if pipe.second else fo
    a.host = [l.replace("x.options()", "A.options()") for l in a.host] + [f"return {pipe.tensor};"]
    return _inputs(p, a, bs, fi)


def _inputs(p, a, bs, fi):
    b = p.const(BATCH, bs)
    p.input(p.rand(f"{b}, {p.const(IN, fi)}"))
    if len(p.args) > 1:
        p.input(p.rand(f"{b}, {p.const(OUT, p.out_features)}"))
    return p, a
