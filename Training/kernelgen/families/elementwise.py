"""Activations, arithmetic with numbers, chains of them, and operations on two tensors of the same shape."""
from ..answer import Answer
from ..blocks import pointwise_kernel, pointwise_launch
from ..chain import Chain, apply, pick_ops
from ..pointwise import NAMES, OPS
from ..problem import Problem

X = ["x", "x", "x", "input", "inp", "input_tensor", "tensor", "data", "A", "X", "features"]
BATCH = ["batch_size", "batch", "N", "B", "bs", "num_samples"]
FEAT = ["dim", "features", "num_features", "D", "hidden_size", "feature_dim", "width", "size"]
CHAN = ["channels", "num_channels", "C", "features", "in_channels"]
SEQ = ["sequence_length", "seq_len", "length", "L", "T"]
LENGTH = ["length", "sequence_length", "L", "width", "seq_len"]
HEIGHT, WIDTH, DEPTH = ["height", "dim1", "H", "h"], ["width", "dim2", "W", "w"], ["depth", "D", "dim3", "d"]


def shape(p, rank=None):
    """A shape for a tensor that is worked on element by element: list of (names, value)."""
    rng, s = p.rng, p.size
    rank = rank or rng.choices([1, 2, 3, 4], [1, 7, 2, 2])[0]
    if rank == 1:
        return [(["n", "size", "length", "N", "num_elements"], s.features() * (1 if p.small else rng.choice([1, 16, 256])))]
    if rank == 2:
        return [(BATCH, s.batch()), (FEAT, s.features())]
    if rank == 3:
        return [(BATCH, s.few()), (SEQ if rng.random() < 0.6 else CHAN, s.features() if rng.random() < 0.5 else s.channels()), (FEAT, s.features())]
    return [(BATCH, s.few()), (CHAN, s.channels()), (HEIGHT, s.spatial()), (WIDTH, s.spatial())]


def total(roles):
    """Number of elements."""
    n = 1
    for _, v in roles:
        n *= v
    return n


def unary(rng, small, names):
    """A chain on one tensor."""
    p = Problem(rng, small)
    a = Answer(p, "pointwise")
    x = p.arg(X)
    a.take("tensor", "x", x)
    p.topic = "the " + " and ".join(names) + " of a tensor"
    roles = shape(p)
    chain = Chain(a)
    p.result = apply(p, chain, names, x)
    p.input(p.rand(p.dims(roles)))
    vector = roles[-1][1] % 4 == 0
    a.device += chain.device() + pointwise_kernel(chain, vector)
    a.host += ["x = x.contiguous();", "auto y = torch::empty_like(x);", "long n = x.numel();", pointwise_launch(chain, vector), "return y;"]
    return p, a


def activation(rng, small):
    """One operation."""
    name = rng.choice(NAMES) if rng.random() < 0.5 else rng.choices(NAMES, [OPS[n].weight for n in NAMES])[0]
    return unary(rng, small, [name])


def chain_of(rng, small):
    """Two to four operations."""
    return unary(rng, small, pick_ops(rng, rng.choices([2, 3, 4], [5, 4, 2])[0]))


_BINARY = [("add", "v + u", ["{x} + {u}", "torch.add({x}, {u})"]), ("sub", "v - u", ["{x} - {u}", "torch.sub({x}, {u})"]),
           ("mul", "v * u", ["{x} * {u}", "torch.mul({x}, {u})", "torch.multiply({x}, {u})"]),
           ("div", "v / u", ["{x} / {u}", "torch.div({x}, {u})"]),
           ("maximum", "fmaxf(v, u)", ["torch.maximum({x}, {u})", "torch.max({x}, {u})"]),
           ("minimum", "fminf(v, u)", ["torch.minimum({x}, {u})", "torch.min({x}, {u})"]),
           ("sqdiff", "(v - u) * (v - u)", ["({x} - {u}) ** 2", "torch.square({x} - {u})", "torch.pow({x} - {u}, 2)"]),
           ("absdiff", "fabsf(v - u)", ["torch.abs({x} - {u})", "({x} - {u}).abs()"]),
           ("gate", "v / (1.0f + expf(-u))", ["{x} * torch.sigmoid({u})", "torch.sigmoid({u}) * {x}"]),
           ("average", "0.5f * (v + u)", ["({x} + {u}) / 2", "0.5 * ({x} + {u})"])]
_AXPY = [("v * {a} + u", ["{a} * {x} + {u}", "{x} * {a} + {u}", "torch.add({u}, {x}, alpha={a})"]),
         ("v * {a} + u * (1.0f - {a})", ["{a} * {x} + (1 - {a}) * {u}", "torch.lerp({u}, {x}, {a})"]),
         ("v + u * {a}", ["{x} + {a} * {u}", "torch.add({x}, {u}, alpha={a})"]),
         ("v - u * {a}", ["{x} - {a} * {u}"])]


def binary(rng, small):
    """Two tensors of the same shape, possibly with a point-wise tail."""
    p = Problem(rng, small)
    a = Answer(p, "pointwise")
    pair = rng.choice([("x", "y"), ("a", "b"), ("A", "B"), ("x1", "x2"), ("input", "other"), ("lhs", "rhs"), ("x", "residual"), ("u", "v")])
    p.args += pair
    p.used.update(pair)
    x, u = pair
    a.take("tensor", "x", x)
    a.take("tensor", "u", u)
    chain = Chain(a)
    if rng.random() < 0.7:
        _, expr, forms = rng.choice(_BINARY)
        text = rng.choice(forms)
    else:
        expr, forms = rng.choice(_AXPY)
        value = rng.choice(["0.5", "2.0", "0.1", "1.5", "0.9"])
        if rng.random() < 0.5:
            name = p.ctor_param(["alpha", "scale", "weight", "beta", "factor"], value, "float")
            spell = p.keep(name, name)
            c = chain.scalar(spell)
        else:
            from ..pointwise import fl
            spell, c = value, fl(value)
        expr = expr.format(a=c)
        text = rng.choice(forms).replace("{a}", spell)
    chain.fargs.insert(0, ("float u", None))
    chain.stmts.append(f"v = {expr};")
    names = pick_ops(rng, rng.choice([0, 0, 0, 1, 2]))
    text = text.format(x=x, u=u)
    p.result = apply(p, chain, names, p.fresh(["out", "z", "result", "h"]), text) if names else text
    p.topic = "a combination of two tensors"
    fargs = [q for q in chain.fargs if q[1] is not None]
    decl = chain.device()
    chain.fargs = fargs
    roles = shape(p)
    dims = p.dims(roles)
    kind = rng.choice(["torch.rand", "torch.randn"])
    p.input(p.rand(dims, kind))
    p.input(p.rand(dims, kind))
    vector = roles[-1][1] % 4 == 0
    a.device += decl + pointwise_kernel(chain, vector, 2)
    a.host += ["x = x.contiguous();", "u = u.contiguous();", "auto y = torch::empty_like(x);", "long n = x.numel();",
               pointwise_launch(chain, vector, ", u.data_ptr<float>()"), "return y;"]
    return p, a


def scalar_argument(rng, small):
    """A number among forward's arguments."""
    p = Problem(rng, small)
    a = Answer(p, "pointwise")
    x = p.arg(["A", "x", "M", "input", "matrix"])
    s = p.fresh(["s", "scalar", "alpha", "c", "factor", "k", "value"])
    p.args.append(f"={s}: float" if p.hints else f"={s}")
    a.take("tensor", "x", x)
    chain = Chain(a)
    op = rng.choice([("*", ["{x} * {s}", "{s} * {x}", "torch.mul({x}, {s})"]), ("+", ["{x} + {s}", "torch.add({x}, {s})"]),
                     ("/", ["{x} / {s}"]), ("-", ["{x} - {s}"])])
    c = chain.scalar(s)
    chain.stmts.append(f"v = v {op[0]} {c};")
    text = rng.choice(op[1]).format(x=x, s=s)
    names = pick_ops(rng, rng.choice([0, 0, 0, 0, 1]))
    p.result = apply(p, chain, names, "out", text) if names else text
    p.topic = "a tensor with a number"
    roles = shape(p, 2) if rng.random() < 0.3 else [(["M", "rows", "m"], p.size.matrix()), (["N", "cols", "n"], p.size.matrix())]
    p.input(p.rand(p.dims(roles)))
    p.input(rng.choice(["3.14", "2.5", "0.5", "1.7", "2.0"]), s if rng.random() < 0.6 else "=")
    vector = roles[-1][1] % 4 == 0
    a.device += chain.device() + pointwise_kernel(chain, vector)
    a.host += ["x = x.contiguous();", "auto y = torch::empty_like(x);", "long n = x.numel();", pointwise_launch(chain, vector), "return y;"]
    return p, a
