"""What may follow a product or a convolution: numbers, per-channel parameters, the value itself again (residual)."""
from ..chain import apply, pick_ops

SPATIAL_ONES = {2: "", 3: ", 1", 4: ", 1, 1", 5: ", 1, 1, 1"}


def channel_parameter(p, chain, x, index, channels, rank, number):
    """A learnt vector over the channels (or a single number) that is added, subtracted, multiplied; returns the new expression."""
    rng = p.rng
    names = {"+": ["bias", "bias", "add_bias", "extra_bias", "sum_tensor", "offset"], "-": ["subtract", "sub", "shift", "bias"], "*": ["scale", "multiplier", "gain", "scaling_factor", "weight_scale"]}
    op = rng.choice(["+", "+", "*", "-"])
    name = p.fresh(names[op])
    if rng.random() < 0.04:
        value = p.ctor_param(["constant", "limit", "bound"], rng.choice(["1.0", "2.0", "0.5"]), "float")
        p.init.append(f"self.{name} = nn.Parameter(torch.tensor({value}))")
        c = chain.tensor(f"self.{name}", "0")
        fn = rng.choice(["min", "max"])
        chain.stmts.append(f"v = f{fn}f(v, {c});")
        if rng.random() < 0.5:
            p.body.append(f"{x} = torch.{fn}({x}, self.{name})")
            chain.stmts.append(f"v = v - {c};")
            return f"{x} - self.{name}"
        return f"torch.{fn}({x}, self.{name})"
    ones = SPATIAL_ONES[rank]
    if rank > 2 and rng.random() < 0.1:
        p.init.append(f"self.{name} = nn.Parameter(torch.randn({channels}))")
        c = chain.tensor(f"self.{name}", index)
        chain.stmts.append(f"v = v {op} {c};")
        return f"{x} {op} self.{name}.view(1, -1{ones})"
    if rng.random() < 0.08:
        value = rng.choice(["1.0", "0.5", "2.0", "0.1"])
        if rng.random() < 0.6:
            value = p.ctor_param([name, f"{name}_value", f"init_{name}"], value, "float")
        p.init.append(f"self.{name} = nn.Parameter(torch.tensor({value}))")
        c = chain.tensor(f"self.{name}", "0")
        chain.stmts.append(f"v = v {op} {c};")
        return f"{x} {op} self.{name}"
    single = rng.random() < 0.1
    full = "(1,)" if single and rank == 2 else "(1" + ones + ")" if single else f"({channels}{ones or ','})"
    if rng.random() < 0.6:
        # the shape arrives as a constructor parameter; constants of the module can name the channel count
        if any(q[2] is not None for q in p.params):
            outer = str(number)
        else:
            outer = next((q[3] for q in p.params if q[0] == channels), channels)
        if not single:
            full = f"({outer}{ones or ','})"
        shape = p.ctor_param([f"{name}_shape", "bias_shape", "param_shape"], full, "tuple", given=True)
    else:
        shape = full
    init = rng.choice(["torch.randn", "torch.randn", "torch.ones", "torch.rand"])
    tail = " * 0.02" if init == "torch.randn" and rng.random() < 0.1 else ""
    p.init.append(f"self.{name} = nn.Parameter({init}({shape}){tail})")
    c = chain.tensor(f"self.{name}", "0" if single else index)
    chain.stmts.append(f"v = v {op} {c};")
    forms = [f"{x} {op} self.{name}"] * 3
    if op == "+":
        forms.append(f"torch.add({x}, self.{name})")
    return rng.choice(forms)


def second_input(p, chain, x, where):
    """Another argument of forward with the shape of the running value."""
    rng = p.rng
    y = p.arg(["y", "residual", "other", "add_input", "skip_input", "z"])
    op = rng.choice(["+", "+", "+", "*", "-"])
    c = chain.tensor(f"{y}.contiguous()", where)
    chain.stmts.append(f"v = v {op} {c};")
    text = rng.choice([f"{x} {op} {y}"] * 3 + ([f"torch.add({x}, {y})"] if op == "+" else []))
    if rng.random() < 0.2 and op == "+":
        p.body.append(f"{x} = {text}")
        chain.stmts.append(f"v = v * {c};")
        text = f"{x} * {y}"
    return text


def residual_chain(p, chain, x):
    """Keeps the value, changes it, adds the kept value."""
    rng = p.rng
    old = p.fresh(["original_x", "residual", "identity", "skip", "saved", "original"])
    p.body.append(f"{old} = {x}" + rng.choice(["", ".clone()", ".clone().detach()", ".detach()", ".clone().detach()"]))
    k = sum("float u" in s for s in chain.stmts)
    u = "u" if k == 0 else f"u{k}"
    chain.stmts.append(f"float {u} = v;")
    cur = apply(p, chain, pick_ops(rng, rng.choice([1, 1, 2])), x)
    if cur != x:
        p.body.append(f"{x} = {cur}")
    chain.stmts.append(f"v = v + {u};")
    while rng.random() < 0.25:
        p.body.append(f"{x} = {x} + {old}")
        op = rng.choice("+*")
        chain.stmts.append(f"v = v {op} {u};")
        if rng.random() < 0.5:
            return f"{x} {op} {old}"
        p.body.append(f"{x} = {x} {op} {old}")
        chain.stmts.append(f"v = v + {u};")
    return rng.choice([f"{x} + {old}", f"{old} + {x}", f"torch.add({x}, {old})"])


def stage_chain(p, chain, x, count, index, channels, rank, number, residual=False, where=None):
    """`count` operations on the variable `x`; returns the expression of the result."""
    rng = p.rng
    cur = x
    while count > 0:
        if cur != x:
            p.body.append(f"{x} = {cur}")
            cur = x
        r = rng.random()
        if index and r < 0.25:
            cur = channel_parameter(p, chain, x, index, channels, rank, number)
        elif where and r < 0.31 and len(p.args) == 1:
            cur = second_input(p, chain, x, where)
        elif residual and r < 0.37:
            cur = residual_chain(p, chain, x)
        else:
            cur = apply(p, chain, pick_ops(rng, 1), x)
        count -= 1
    if cur != x and rng.random() < 0.6:
        p.body.append(f"{x} = {cur}")
        cur = x
    return cur
