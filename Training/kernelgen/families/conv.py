"""Convolutions of one, two and three dimensions, plain, transposed, depthwise, with the point-wise tails of level 2."""
from ..answer import Answer
from ..chain import Chain
from ..convolution import AXES, conv_args, conv_host, conv_kernel
from ..problem import Problem
from .elementwise import BATCH, LENGTH, DEPTH, HEIGHT, WIDTH
from .pipeline import Pipe, stages
from .reduce import _maybe
from .tail import stage_chain

IN, OUT = ["in_channels", "in_channels", "c_in", "in_ch", "channels_in"], ["out_channels", "out_channels", "c_out", "out_ch", "channels_out"]


def _hyper(p, rank, transposed):
    """kernel, stride, padding, output padding, dilation as tuples of length rank."""
    rng = p.rng
    same = rng.random() < 0.55
    def draw(choices):
        v = [rng.choice(choices) for _ in range(rank)]
        return [v[0]] * rank if same else v
    k = draw([1, 2, 3] if p.small else [3, 3, 3, 5, 7, 1, 2, 4, 9, 11])
    s = draw([1, 1, 2, 3]) if rng.random() < 0.5 else [1] * rank
    pd = [rng.choice([0, 1, q // 2]) for q in k] if rng.random() < 0.5 else [0] * rank
    if same:
        pd = [pd[0]] * rank
    e = draw([1, 2, 2, 3]) if rng.random() < 0.25 else [1] * rank
    op = [0] * rank
    if transposed and rng.random() < 0.25:
        op = [rng.randrange(max(a, b)) for a, b in zip(s, e)]
        if same:
            op = [op[0]] * rank
    if not transposed:
        pd = [min(a, b) for a, b in zip(pd, k)]
    return same, k, s, pd, op, e


def _tuple(v, same, rng):
    return str(v[0]) if same or (len(set(v)) == 1 and rng.random() < 0.5) else "(" + ", ".join(map(str, v)) + ("," if len(v) == 1 else "") + ")"


def layer(p, a, rank, transposed, depthwise=False, level2=False):
    """Adds the layer to the constructor; returns (member name, has bias, out channels, input shape roles)."""
    rng, z = p.rng, p.size
    same, k, s, pd, op, e = _hyper(p, rank, transposed)
    cin, cout = z.channels(), z.channels()
    if depthwise:
        cout = cin
    literal = not level2 and not depthwise and rng.random() < 0.06
    split = not same and rank > 1 and rng.random() < 0.35
    if literal:
        p.ctor_param(["num_classes", "classes", "num_outputs"], 1000, "int", "1000")
    i_ = str(cin) if literal else p.ctor_param(IN, cin, "int")
    o_ = str(cout) if literal else i_ if depthwise and rng.random() < 0.7 else p.ctor_param(OUT, cout, "int")
    if depthwise and o_ == i_ and rng.random() < 0.25:
        p.ctor_param(OUT, cout, "int")
    common = [g for g in (2, 3, 4, 8) if cin % g == 0 and cout % g == 0]
    groups = cin if depthwise else rng.choice(common) if common and rng.random() < 0.15 and not level2 else 1
    hint = "int" if same else "tuple"
    def put(names, v, neutral, word, position=False):
        """The text of one argument of the layer; '' when it keeps its neutral value."""
        text = _tuple(v, same, rng)
        if literal:
            return "" if all(q == neutral for q in v) else f", {word}={text}"
        if split and rng.random() < 0.9:
            d = str(neutral) if any(q[2] is not None for q in p.params) or rng.random() < 0.7 else None
            parts = [p.ctor_param([f"{word}_{ax}"], q, "int", d) for ax, q in zip(AXES[rank], v)]
            return f", {word}=({', '.join(parts)})"
        if all(q == neutral for q in v):
            r = rng.random()
            if r < 0.55:
                return ""
            if r < 0.9 or level2:
                zero = str(neutral) if same else "(" + ", ".join([str(neutral)] * rank) + ("," if rank == 1 else "") + ")"
                n = p.ctor_param(names, zero, "int" if same else "tuple", zero if not level2 else None, given=rng.random() < 0.4 or level2)
                return f", {word}={n}"
            return f", {word}={text}"
        if rng.random() < 0.75:
            default = None
            if any(q[2] is not None for q in p.params) or rng.random() < 0.5:
                default = str(neutral) if same else "(" + ", ".join([str(neutral)] * rank) + ("," if rank == 1 else "") + ")"
            n = p.ctor_param(names, text, "int" if same else "tuple", default)
            return f", {word}={n}"
        return f", {word}={text}"
    kt = _tuple(k, same, rng)
    if literal:
        kr = kt
    elif split:
        kr = "(" + ", ".join(p.ctor_param([f"kernel_size_{ax}"], q, "int") for ax, q in zip(AXES[rank], k)) + ")"
    else:
        kr = p.ctor_param(["kernel_size", "kernel_size", "k", "ksize"], kt, hint) if rng.random() < 0.85 else kt
        if same and rank > 1 and kr != kt and rng.random() < 0.2:
            if rank == 2 and rng.random() < 0.4 and not any(pd):
                k[1 if rng.random() < 0.6 else 0] = 1
                kr = f"({kr}, 1)" if k[1] == 1 else f"(1, {kr})"
            else:
                kr = "(" + ", ".join([kr] * rank) + ")"
    text = f"{i_}, {o_}, {rng.choice(['kernel_size=', '', ''])}{kr}" if rng.random() < (0.3 if literal else 0.85) else f"in_channels={i_}, out_channels={o_}, kernel_size={kr}"
    text += put(["stride", "stride", "step"], s, 1, "stride")
    text += put(["padding", "padding", "pad"], pd, 0, "padding")
    if transposed:
        text += put(["output_padding", "output_padding", "out_pad"], op, 0, "output_padding") if any(op) or rng.random() < 0.4 else ""
    text += put(["dilation", "dilation", "dil"], e, 1, "dilation") if any(q > 1 for q in e) or rng.random() < 0.4 else ""
    if depthwise:
        text += f", groups={i_}"
    elif literal:
        text += f", groups={groups}" if groups > 1 else ""
    elif groups > 1:
        text += f", groups={p.ctor_param(['groups', 'num_groups'], groups, 'int', '1' if rng.random() < 0.5 else None)}" if rng.random() < 0.7 else f", groups={groups}"
    elif rng.random() < 0.35 and not level2:
        text += f", groups={p.ctor_param(['groups', 'groups'], 1, 'int', '1', given=False)}"
    bias = True
    if not level2:
        r = 1.0 if literal else rng.random()
        if r < 0.55:
            text += f", bias={p.ctor_param(['bias', 'bias', 'use_bias'], 'False', 'bool', 'False', given=False)}"
            bias = False
        elif r < 0.7:
            text += ", bias=False"
            bias = False
        elif r < 0.76:
            text += ", bias=True"
    if same and k != [k[0]] * rank:
        same = False
    name = p.fresh([f"conv{'_transpose' if transposed else ''}{rank}d", "conv", "conv_transpose" if transposed else "conv1", "layer", "deconv" if transposed else "convolution"]
                   + (["depthwise", "dw"] if depthwise else []))
    p.init.append(f"self.{name} = nn.Conv{'Transpose' if transposed else ''}{rank}d({text})")
    a.take("tensor", "w", f"self.{name}.weight")
    if bias:
        a.take("tensor", "b", f"self.{name}.bias")
    kinds = ["stride", "padding", "dilation"] + (["output_padding"] if transposed else [])
    for letter, word in zip("speo", kinds):
        for q, ax in enumerate(AXES[rank]):
            a.run_args.append(("int", f"{letter}{ax}"))
        a.calls.append(f"*self.{name}.{word}")
    a.take("int", "G", f"self.{name}.groups")
    extents = [z.spatial() for _ in range(rank)]
    if rank == 3 and not p.small:
        extents = [min(v, 128) for v in extents]
    if rank == 1 and not p.small:
        extents = [rng.choice([512, 1024, 4096, 16384, 32768, 65536, 131072])]
    if rng.random() < 0.5:
        extents = [extents[0]] * rank
    if p.small and not transposed:
        extents = [max(v, (b - 1) * c + 1) for v, b, c in zip(extents, k, e)]
    names = {1: [LENGTH], 2: [HEIGHT, WIDTH], 3: [DEPTH, HEIGHT, WIDTH]}[rank]
    roles = [(BATCH, z.few()), (IN, cin)] + list(zip(names, extents))
    if transposed:
        out = [(n - 1) * ss - 2 * pp + ee * (kk - 1) + oo + 1 for n, kk, ss, pp, oo, ee in zip(extents, k, s, pd, op, e)]
    else:
        out = [(n + 2 * pp - ee * (kk - 1) - 1) // ss + 1 for n, kk, ss, pp, ee in zip(extents, k, s, pd, e)]
    return name, bias, cout, o_, roles, out


def plain(rng, small):
    """One convolution, level-1 form."""
    p = Problem(rng, small)
    rank = rng.choices([1, 2, 3], [2, 4, 3])[0]
    depthwise = rank == 2 and rng.random() < 0.3
    transposed = not depthwise and rng.random() < 0.5
    a = Answer(p, f"conv{'_transpose' if transposed else ''}{rank}d")
    x = p.arg(["x", "x", "x", "input", "inp"])
    a.take("tensor", "x", x)
    p.topic = "a convolution"
    name, bias, cout, o_, roles, _ = layer(p, a, rank, transposed, depthwise)
    chain = Chain(a)
    if rng.random() < 0.15:
        p.body.append(f"{x} = self.{name}({x})")
        p.result = x
    else:
        p.result = _maybe(p, f"self.{name}({x})")
    p.input(p.rand(p.dims(roles)))
    a.device += conv_kernel(rank, transposed, bias, chain)
    a.host += conv_host(rank, transposed, bias, chain) + ["return y;"]
    return p, a


def separable(rng, small):
    """A depthwise and a pointwise convolution: the same kernel twice."""
    p = Problem(rng, small)
    a = Answer(p, "conv2d")
    x = p.arg(["x", "x", "input"])
    p.topic = "a separable convolution"
    z = p.size
    cin, cout, k = z.channels(), z.channels(), rng.choice([1, 2, 3] if small else [3, 3, 5, 7])
    i_, o_ = p.ctor_param(IN, cin, "int"), p.ctor_param(OUT, cout, "int")
    kr = p.ctor_param(["kernel_size", "k"], k, "int")
    text = ""
    for names, v, neutral in ((["stride"], rng.choice([1, 1, 2]), 1), (["padding", "pad"], rng.choice([0, k // 2]), 0), (["dilation"], rng.choice([1, 1, 2]), 1)):
        if rng.random() < 0.7:
            d = str(neutral) if any(q[2] is not None for q in p.params) or rng.random() < 0.7 else None
            text += f", {names[0]}={p.ctor_param(names, v, 'int', d)}"
    bias = rng.random() < 0.4
    btext = "" if bias else f", bias={p.ctor_param(['bias', 'use_bias'], 'False', 'bool', 'False', given=False)}" if rng.random() < 0.7 else ", bias=False"
    d, w = rng.choice([("depthwise", "pointwise"), ("dw", "pw"), ("depthwise_conv", "pointwise_conv"), ("conv1", "conv2")])
    p.init.append(f"self.{d} = nn.Conv2d({i_}, {i_}, {rng.choice(['kernel_size=', ''])}{kr}{text}, groups={i_}{btext})")
    p.init.append(f"self.{w} = nn.Conv2d({i_}, {o_}, {rng.choice(['kernel_size=1', '1'])}{btext})")
    for kind, n in [("tensor", "x"), ("tensor", "w")] + ([("tensor", "b")] if bias else []) + [("int", n) for n in conv_args(2)]:
        a.run_args.append((kind, n))
    if rng.random() < 0.5:
        p.body += [f"{x} = self.{d}({x})", f"{x} = self.{w}({x})"]
        p.result = x
    else:
        p.result = f"self.{w}(self.{d}({x}))"
    call = lambda m, v: f"module.run({v}, self.{m}.weight, {f'self.{m}.bias, ' if bias else ''}*self.{m}.stride, *self.{m}.padding, *self.{m}.dilation, self.{m}.groups)"
    a.forward = [f"{x} = {call(d, x)}", f"return {call(w, x)}"]
    e = [max(z.spatial(), 2 * k) for _ in range(2)]
    p.input(p.rand(p.dims([(BATCH, z.few()), (IN, cin), (HEIGHT, e[0]), (WIDTH, e[1])])))
    a.device += conv_kernel(2, False, bias, Chain(a))
    a.host += conv_host(2, False, bias, Chain(a)) + ["return y;"]
    return p, a


def chain(rng, small):
    """Convolution and point-wise operations, then possibly one more stage over channels or space."""
    p = Problem(rng, small)
    rank = rng.choices([2, 3], [5, 5])[0]
    transposed = rng.random() < 0.5
    a = Answer(p, f"conv{'_transpose' if transposed else ''}{rank}d")
    x = p.arg(["x", "x", "x", "x", "input"])
    a.take("tensor", "x", x)
    p.topic = "a convolution and what follows"
    name, bias, cout, o_, roles, extents = layer(p, a, rank, transposed, level2=True)
    count = rng.choices([0, 1, 2, 3], [9, 6, 2.5, 0.7])[0]
    p.body.append(f"{x} = self.{name}({x})")
    f = Chain(a)
    cur = stage_chain(p, f, x, rng.choices([0, 1, 2, 3, 4], [3 if count else 0, 3, 3 if not count else 2, 2 if not count else 1, 1 if not count else 0.2])[0], "c", o_, rank + 2, cout, residual=True, where="i")
    a.device += f.device() + conv_kernel(rank, transposed, bias, f)
    a.host += conv_host(rank, transposed, bias, f)
    outs = ["O" + {"d": "D", "h": "H", "w": "W"}[q] for q in AXES[rank]]
    if not count:
        p.result = cur
        a.host.append("return y;")
    else:
        if cur != x:
            p.body.append(f"{x} = {cur}")
        if roles[0][1] < 2:
            roles[0] = (roles[0][0], 2 if small else 16)
        pipe = Pipe(p, a, x, "y", ["N", "O"] + outs, [roles[0][1], cout] + extents, (o_, cout))
        p.result = stages(pipe, count)
        extents = pipe.second[2:] if pipe.second and len(pipe.second) > 2 else extents
        a.host.append(f"return {pipe.tensor};")
    p.input(p.rand(p.dims(roles)))
    if len(p.args) > 1:
        p.input(p.rand(", ".join([p.const(*roles[0]), p.const(OUT, cout)] + [str(v) for v in extents])))
    return p, a
