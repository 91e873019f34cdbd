"""Convolutions of one, two and three dimensions, plain, transposed, depthwise, with the point-wise tails of level 2."""
from ..answer import Answer
from ..chain import Chain
from ..convolution import AXES, conv_args, conv_host, conv_kernel
from ..problem import Problem
from .elementwise import BATCH, DEPTH, HEIGHT, WIDTH
from .norm import batch_norm_kernel, row_norm_kernel
from .reduce import KINDS, reduce_kernels, softmax_kernel, _maybe
from .tail import stage_chain

LENGTH = ["length", "sequence_length", "L", "width", "seq_len"]
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
    i_ = p.ctor_param(IN, cin, "int")
    o_ = i_ if depthwise and rng.random() < 0.7 else p.ctor_param(OUT, cout, "int")
    common = [g for g in (2, 3, 4, 8) if cin % g == 0 and cout % g == 0]
    groups = cin if depthwise else rng.choice(common) if common and rng.random() < 0.15 and not level2 else 1
    hint = "int" if same else "tuple"
    def put(names, v, neutral, word, position=False):
        """The text of one argument of the layer; '' when it keeps its neutral value."""
        text = _tuple(v, same, rng)
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
    kr = p.ctor_param(["kernel_size", "kernel_size", "k", "ksize"], kt, hint) if rng.random() < 0.85 else kt
    text = f"{i_}, {o_}, {rng.choice(['kernel_size=', '', ''])}{kr}" if rng.random() < 0.85 else f"in_channels={i_}, out_channels={o_}, kernel_size={kr}"
    text += put(["stride", "stride", "step"], s, 1, "stride")
    text += put(["padding", "padding", "pad"], pd, 0, "padding")
    if transposed:
        text += put(["output_padding", "output_padding", "out_pad"], op, 0, "output_padding") if any(op) or rng.random() < 0.4 else ""
    text += put(["dilation", "dilation", "dil"], e, 1, "dilation") if any(q > 1 for q in e) or rng.random() < 0.4 else ""
    if depthwise:
        text += f", groups={i_}"
    elif groups > 1:
        text += f", groups={p.ctor_param(['groups', 'num_groups'], groups, 'int', '1' if rng.random() < 0.5 else None)}" if rng.random() < 0.7 else f", groups={groups}"
    elif rng.random() < 0.35 and not level2:
        text += f", groups={p.ctor_param(['groups', 'groups'], 1, 'int', '1', given=False)}"
    bias = True
    if not level2:
        r = rng.random()
        if r < 0.55:
            text += f", bias={p.ctor_param(['bias', 'bias', 'use_bias'], 'False', 'bool', 'False', given=False)}"
            bias = False
        elif r < 0.7:
            text += ", bias=False"
            bias = False
        elif r < 0.76:
            text += ", bias=True"
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
    if transposed and p.small:
        for ext, kk, ss, pp, oo, ee in zip(extents, k, s, pd, op, e):
            assert (ext - 1) * ss - 2 * pp + ee * (kk - 1) + oo + 1 > 0
    return name, bias, cout, o_, roles


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
    name, bias, cout, o_, roles = layer(p, a, rank, transposed, depthwise)
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


def chain(rng, small):
    """Convolution and point-wise operations, then possibly one more stage over channels or space."""
    p = Problem(rng, small)
    rank = rng.choices([2, 3], [5, 5])[0]
    transposed = rng.random() < 0.5
    a = Answer(p, f"conv{'_transpose' if transposed else ''}{rank}d")
    x = p.arg(["x", "x", "x", "x", "input"])
    a.take("tensor", "x", x)
    p.topic = "a convolution and what follows"
    name, bias, cout, o_, roles = layer(p, a, rank, transposed, level2=True)
    tail = rng.choices(["none", "channel", "space", "softmax", "group", "batch", "instance"], [9, 2, 2, 1.5, 2, 1, 1])[0]
    p.body.append(f"{x} = self.{name}({x})")
    f, g = Chain(a), Chain(a, "g")
    cur = stage_chain(p, f, x, rng.choices([0, 1, 2, 3, 4], [2 if tail != "none" else 0, 3, 3, 2, 1])[0], "c", o_, rank + 2, cout, residual=True)
    a.device += f.device() + conv_kernel(rank, transposed, bias, f)
    a.host += conv_host(rank, transposed, bias, f)
    outs = ["O" + {"d": "D", "h": "H", "w": "W"}[q] for q in AXES[rank]]
    space = " * ".join(outs)
    if tail == "none":
        p.result = cur
        a.host.append("return y;")
        p.input(p.rand(p.dims(roles)))
        return p, a
    if cur != x:
        p.body.append(f"{x} = {cur}")
    count = rng.choice([0, 1, 1, 2])
    if tail in ("channel", "space", "softmax"):
        keep = rng.random() < 0.6
        k = ", keepdim=True" if keep else ""
        if tail == "softmax":
            text = rng.choice([f"torch.softmax({x}, dim=1)", f"F.softmax({x}, dim=1)"])
        elif tail == "channel":
            kind = rng.choice(["sum", "mean", "max", "min", "logsumexp", "min", "max"])
            text = f"torch.logsumexp({x}, dim=1{k})" if kind == "logsumexp" else rng.choice(KINDS[kind][4]).format(x=x, d="1", k=k)
        else:
            kind = "mean"
            dims = "(2, 3)" if rank == 2 else "(2, 3, 4)"
            text = rng.choice([f"torch.mean({x}, dim={dims}{k})", f"{x}.mean(dim={dims}{k})", f"{x}.mean({dims}{k})".replace("((", "((")] )
            if keep and rng.random() < 0.4:
                text = f"F.adaptive_avg_pool{rank}d({x}, 1)"
        p.body.append(f"{x} = {text}")
        p.result = stage_chain(p, g, x, count, None, o_, rank + 2, cout)
        ones = ", 1" * rank
        a.device += g.device()
        if tail == "softmax":
            a.device += softmax_kernel("softmax", False, g)
            a.host += ["auto z = torch::empty_like(y);", f"long inner = (long){space}, n = N * inner;",
                       f"softmax<<<(n + 255) / 256, 256>>>(y.data_ptr<float>(), z.data_ptr<float>(), n, O, inner{g.pass_on()});"]
        elif tail == "channel":
            fn = "softmax" if kind == "logsumexp" else "reduce"
            a.device += softmax_kernel("logsumexp", False, g) if kind == "logsumexp" else reduce_kernels(kind, False, g)
            a.host += [f"auto z = torch::empty({{N, {'1, ' if keep else ''}{', '.join(outs)}}}, x.options());", f"long inner = (long){space}, n = N * inner;",
                       f"{fn}<<<(n + 255) / 256, 256>>>(y.data_ptr<float>(), z.data_ptr<float>(), n, O, inner{g.pass_on()});"]
        else:
            a.device += reduce_kernels("mean", True, g)
            a.host += [f"auto z = torch::empty({{N, O{ones if keep else ''}}}, x.options());",
                       f"reduce<<<N * O, 256>>>(y.data_ptr<float>(), z.data_ptr<float>(), N * O, {space}, 1{g.pass_on()});"]
    else:
        nm = p.fresh({"group": ["gn", "group_norm", "norm"], "batch": ["bn", "batch_norm", "norm"], "instance": ["inorm", "instance_norm", "norm"]}[tail])
        if tail == "group":
            gr = p.ctor_param(["num_groups", "groups"], rng.choice([q for q in (1, 2, 4, 8, 16) if cout % q == 0]), "int")
            p.init.append(f"self.{nm} = nn.GroupNorm({gr}, {o_})")
        else:
            p.init.append(f"self.{nm} = nn.{'Batch' if tail == 'batch' else 'Instance'}Norm{rank}d({o_})")
        if tail != "instance":
            a.take("tensor", "u", f"self.{nm}.weight")
            a.take("tensor", "h", f"self.{nm}.bias")
        if tail == "group":
            a.take("int", "Q", f"self.{nm}.num_groups")
        a.take("float", "eps", f"self.{nm}.eps")
        p.body.append(f"{x} = self.{nm}({x})")
        p.result = stage_chain(p, g, x, count, "c" if tail != "instance" else None, o_, rank + 2, cout)
        uh = "u.data_ptr<float>(), h.data_ptr<float>(), "
        a.device += g.device()
        a.host += ["auto z = torch::empty_like(y);", f"long inner = (long){space};"]
        if tail == "batch":
            a.device += batch_norm_kernel(g)
            a.host.append(f"norm<<<O, 256>>>(y.data_ptr<float>(), {uh}z.data_ptr<float>(), N, O, inner, eps{g.pass_on()});")
        elif tail == "group":
            a.device += row_norm_kernel("group", g)
            a.host.append(f"norm<<<N * Q, 256>>>(y.data_ptr<float>(), {uh}z.data_ptr<float>(), O / Q * inner, inner, O, eps{g.pass_on()});")
        else:
            a.device += row_norm_kernel("instance", g)
            a.host.append(f"norm<<<N * O, 256>>>(y.data_ptr<float>(), z.data_ptr<float>(), inner, eps{g.pass_on()});")
        if small and roles[0][1] < 2:
            roles[0] = (roles[0][0], 2)
    a.host.append("return z;")
    p.input(p.rand(p.dims(roles)))
    return p, a
