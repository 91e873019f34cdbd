"""Direct convolution kernels, one thread per output element; every hyper-parameter is an argument, so one text serves all."""

AXES = {1: "w", 2: "hw", 3: "dhw"}
_SIZE = {"d": "D", "h": "H", "w": "W"}


def conv_args(rank):
    """Names of the integer arguments of `run`: stride, padding, dilation per axis, then groups."""
    return [f"{k}{a}" for k in "spe" for a in AXES[rank]] + ["G"]


def conv_kernel(rank, transposed, bias, chain, depthwise=False):
    """One output element per thread. x: N C spatial, w: weights, y: N O spatial; K* kernel, O* output extents; s, p, e are
    stride, padding and dilation per axis."""
    axes = AXES[rank]
    ints = ["N", "C"] + [_SIZE[a] for a in axes] + ["O"] + ["O" + _SIZE[a] for a in axes] + ["K" + _SIZE[a] for a in axes] + conv_args(rank)
    head = f"__global__ void conv(const float* x, const float* w, {'const float* b, ' if bias else ''}float* y, " + \
        ", ".join(f"int {n}" for n in ints) + chain.decl() + ") {"
    extent = " * ".join("O" + _SIZE[a] for a in axes)
    out = [head, "    long i = blockIdx.x * 256L + threadIdx.x;", f"    if (i >= (long)N * O * {extent}) return;"]
    left = "i"
    for a in reversed(axes):
        out.append(f"    int o{a} = {left} % O{_SIZE[a]};" if left == "i" else f"    int o{a} = {left} % O{_SIZE[a]};")
        left = f"i / O{_SIZE[a]}" if left == "i" else f"{left} / O{_SIZE[a]}"
    out += [f"    int c = {left} % O;", f"    long n = {left} / O;"]
    out += [f"    float v = {'b[c]' if bias else '0.0f'};"]
    place = ""
    for a in axes:
        place = f"{'(' + place + ')' if place else ''}"
    def flat(first, names, sizes):
        text = first
        for n, z in zip(names, sizes):
            text = f"({text}) * {z} + {n}" if " " in text else f"{text} * {z} + {n}"
        return text
    sizes = [_SIZE[a] for a in axes]
    ks = ["K" + z for z in sizes]
    pad = "    "
    if depthwise:
        out += ["    w += c * " + " * ".join(ks) + ";"]
        x_at = flat("n * C + c", [f"i{a}" for a in axes], sizes)
        w_at = flat(f"k{axes[0]}", [f"k{a}" for a in axes[1:]], ks[1:])
    elif not transposed:
        out += ["    int g = c / (O / G), D_ = C / G;".replace("D_", "Q"), f"    for (int q = 0; q < Q; q++)"]
        x_at = flat("n * C + g * Q + q", [f"i{a}" for a in axes], sizes)
        w_at = flat("(long)c * Q + q", [f"k{a}" for a in axes], ks)
        pad += "    "
    else:
        out += ["    int P = O / G, g = c / P, Q = C / G;", f"    for (int q = 0; q < Q; q++)"]
        x_at = flat("n * C + g * Q + q", [f"i{a}" for a in axes], sizes)
        w_at = flat("(long)(g * Q + q) * P + c % P", [f"k{a}" for a in axes], ks)
        pad += "    "
    for k, a in enumerate(axes):
        z = _SIZE[a]
        if out[-1].rstrip().endswith(")") and out[-1].lstrip().startswith("for"):
            out[-1] += " {" if False else ""
        out.append(f"{pad}for (int k{a} = 0; k{a} < K{z}; k{a}++) {{")
        pad += "    "
        if transposed:
            out += [f"{pad}int t{a} = o{a} + p{a} - k{a} * e{a}, i{a} = t{a} / s{a};", f"{pad}if (t{a} < 0 || t{a} % s{a} || i{a} >= {z}) continue;"]
        else:
            out += [f"{pad}int i{a} = o{a} * s{a} - p{a} + k{a} * e{a};", f"{pad}if (i{a} < 0 || i{a} >= {z}) continue;"]
    out.append(f"{pad}v += x[{x_at}] * w[{w_at}];")
    for _ in axes:
        pad = pad[4:]
        out.append(f"{pad}}}")
    out += [f"    y[i] = {chain.call('v')};", "}", ""]
    return out


def conv_host(rank, transposed, bias, chain, out="y"):
    """Host lines: output extents and launch. For transposed ones forward passes the output padding as o*."""
    axes = AXES[rank]
    lines = ["x = x.contiguous();"]
    lines.append("int N = x.size(0), C = x.size(1), " + ", ".join(f"{_SIZE[a]} = x.size({k + 2})" for k, a in enumerate(axes)) + ";")
    lines.append(f"int O = {'w.size(1) * G' if transposed else 'w.size(0)'}, " + ", ".join(f"K{_SIZE[a]} = w.size({k + 2})" for k, a in enumerate(axes)) + ";")
    for a in axes:
        z = _SIZE[a]
        if transposed:
            lines.append(f"int O{z} = ({z} - 1) * s{a} - 2 * p{a} + e{a} * (K{z} - 1) + o{a} + 1;")
        else:
            lines.append(f"int O{z} = ({z} + 2 * p{a} - e{a} * (K{z} - 1) - 1) / s{a} + 1;")
    ints = ["N", "C"] + [_SIZE[a] for a in axes] + ["O"] + ["O" + _SIZE[a] for a in axes] + ["K" + _SIZE[a] for a in axes] + conv_args(rank)
    lines += [f"auto {out} = torch::empty({{N, O, {', '.join('O' + _SIZE[a] for a in axes)}}}, x.options());",
              f"conv<<<({out}.numel() + 255) / 256, 256>>>(x.data_ptr<float>(), w.data_ptr<float>(), {'b.data_ptr<float>(), ' if bias else ''}"
              f"{out}.data_ptr<float>(), {', '.join(ints)}{chain.pass_on()});"]
    return lines
