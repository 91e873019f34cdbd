"""Losses: two or three tensors become one number; blocks add their share into it."""
from ..answer import Answer
from ..blocks import BLOCK_MAX, BLOCK_SUM
from ..chain import Chain
from ..problem import Problem
from .elementwise import shape
from .reduce import _maybe

_PRED, _TARGET = ["predictions", "pred", "x", "output", "input", "y_pred", "logits"], ["targets", "target", "y", "labels", "y_true", "reference"]
# name -> (CUDA value of v and u, divisor, spellings, module)
PAIRWISE = {
    "mse": ("(v - u) * (v - u)", "n", ["torch.mean(({x} - {y}) ** 2)", "F.mse_loss({x}, {y})", "torch.nn.functional.mse_loss({x}, {y})", "(({x} - {y}) ** 2).mean()",
            "torch.mean(torch.square({x} - {y}))", "torch.mean(torch.pow({x} - {y}, 2))"], "nn.MSELoss()"),
    "mae": ("fabsf(v - u)", "n", ["torch.mean(torch.abs({x} - {y}))", "F.l1_loss({x}, {y})", "({x} - {y}).abs().mean()"], "nn.L1Loss()"),
    "smooth_l1": ("fabsf(v - u) < 1.0f ? 0.5f * (v - u) * (v - u) : fabsf(v - u) - 0.5f", "n",
                  ["F.smooth_l1_loss({x}, {y})", "torch.nn.functional.smooth_l1_loss({x}, {y})", "F.huber_loss({x}, {y})", "torch.nn.functional.huber_loss({x}, {y})"], "nn.SmoothL1Loss()"),
    "hinge": ("fmaxf(1.0f - v * u, 0.0f)", "n", ["torch.mean(torch.clamp(1 - {x} * {y}, min=0))", "torch.clamp(1 - {x} * {y}, min=0).mean()",
              "torch.mean(torch.relu(1 - {x} * {y}))", "torch.mean(F.relu(1.0 - {y} * {x}))"], None),
    "kl": ("u > 0.0f ? u * (logf(u) - logf(v)) : 0.0f", "N", ["F.kl_div(torch.log({x}), {y}, reduction='batchmean')", "torch.nn.functional.kl_div(torch.log({x}), {y}, reduction='batchmean')",
           "F.kl_div({x}.log(), {y}, reduction='batchmean')"], None),
    "logcosh": ("logf(coshf(v - u))", "n", ["torch.mean(torch.log(torch.cosh({x} - {y})))"], None),
    "bce": ("-u * logf(v) - (1.0f - u) * logf(1.0f - v)", "n", ["F.binary_cross_entropy({x}, {y})", "-torch.mean({y} * torch.log({x}) + (1 - {y}) * torch.log(1 - {x}))"], "nn.BCELoss()"),
    "sse": ("(v - u) * (v - u)", "1", ["torch.sum(({x} - {y}) ** 2)", "F.mse_loss({x}, {y}, reduction='sum')"], None),
}


def pairwise(rng, small):
    """Losses that are a mean over pairs of entries."""
    p = Problem(rng, small)
    kind = rng.choice(list(PAIRWISE))
    a = Answer(p, kind + "_loss")
    x, y = p.arg(_PRED), p.arg(_TARGET)
    a.take("tensor", "x", x)
    a.take("tensor", "u", y)
    p.topic = kind + " loss"
    value, div, forms, module = PAIRWISE[kind]
    if module and rng.random() < 0.3:
        n = p.fresh(["loss", "loss_fn", "criterion"])
        p.init.append(f"self.{n} = {module}")
        p.result = _maybe(p, f"self.{n}({x}, {y})")
    else:
        p.result = _maybe(p, rng.choice(forms).format(x=x, y=y))
    roles = shape(p, 2)
    square = kind == "hinge" and rng.random() < 0.4
    if square:
        roles[1] = (roles[1][0], roles[0][1])
    dims = p.dims(roles)
    spread = kind == "hinge" and rng.random() < 0.5
    if kind == "kl":
        p.input(f"torch.rand({dims}).softmax(dim=-1)")
        p.input(f"torch.rand({dims}).softmax(dim=-1)")
    elif kind == "bce":
        p.input(f"torch.rand({dims}) * 0.9 + 0.05")
        p.input(f"torch.rand({dims})")
    elif kind == "hinge":
        p.input(f"torch.rand({dims})")
        if spread:
            # one target per column, spread over the rows
            last = p.const(["num_classes", "dim", "n"], roles[1][1])
            if square:
                last = p.const(roles[0][0], roles[0][1])
            p.input(f"torch.randint(0, 2, ({last},)).float() * 2 - 1")
        else:
            p.input(f"torch.randint(0, 2, ({dims},)).float() * 2 - 1")
    else:
        p.input(f"torch.rand({dims})" + ("*scale" if "scale" not in p.used and rng.random() < 0.3 else ""))
        p.input(f"torch.rand({dims})")
    index = "u[i % m]" if kind == "hinge" else "u[i]"
    m = ", long m" if kind == "hinge" else ""
    a.device += BLOCK_SUM + [f"__global__ void loss(const float* x, const float* t, float* y, long n{m}, float d) {{".replace("const float* t", "const float* t"),
        "    float s = 0.0f;", "    for (long i = blockIdx.x * 256L + threadIdx.x; i < n; i += gridDim.x * 256L) {",
        f"        float v = x[i], u = {index.replace('u[', 't[')};", f"        s += {value};", "    }", "    s = block_sum(s);", "    if (threadIdx.x == 0) atomicAdd(y, s / d);", "}", ""]
    d = {"n": "n", "N": "x.size(0)", "1": "1"}[div]
    a.host += ["x = x.contiguous();", "u = u.contiguous();", "long n = x.numel();", "auto y = torch::zeros({}, x.options());",
               f"loss<<<1024, 256>>>(x.data_ptr<float>(), u.data_ptr<float>(), y.data_ptr<float>(), n{', u.numel()' if m else ''}, {d});", "return y;"]
    return p, a


def rowwise(rng, small):
    """Cross entropy, triplet margin, cosine: a block per row."""
    p = Problem(rng, small)
    kind = rng.choice(["cross_entropy", "cross_entropy", "triplet", "triplet", "cosine"])
    a = Answer(p, kind + "_loss")
    p.topic = kind + " loss"
    roles = shape(p, 2)
    head = ["x = x.contiguous();"]
    if kind == "cross_entropy":
        x, y = p.arg(_PRED), p.arg(_TARGET)
        a.take("tensor", "x", x)
        a.take("tensor", "t", y)
        if rng.random() < 0.3:
            n = p.fresh(["loss", "loss_fn", "criterion"])
            p.init.append(f"self.{n} = nn.CrossEntropyLoss()")
            text = f"self.{n}({x}, {y})"
        else:
            text = rng.choice([f"F.cross_entropy({x}, {y})", f"torch.nn.functional.cross_entropy({x}, {y})", f"F.nll_loss(F.log_softmax({x}, dim=1), {y})"])
        b = p.const(["batch_size", "N", "batch"], roles[0][1])
        c = p.const(["num_classes", "classes", "C"], roles[1][1])
        p.input(f"torch.rand({b}, {c})")
        p.input(f"torch.randint(0, {c}, ({b},))")
        a.device += BLOCK_SUM + BLOCK_MAX + ["__global__ void loss(const float* x, const int64_t* t, float* y, int r) {", "    x += blockIdx.x * (long)r;",
            "    float m = -INFINITY, v = 0.0f;", "    for (int k = threadIdx.x; k < r; k += 256) m = fmaxf(m, x[k]);", "    m = block_max(m);",
            "    for (int k = threadIdx.x; k < r; k += 256) v += expf(x[k] - m);", "    v = block_sum(v);",
            "    if (threadIdx.x == 0) atomicAdd(y, (m + logf(v) - x[t[blockIdx.x]]) / gridDim.x);", "}", ""]
        a.host += head + ["t = t.contiguous();", "auto y = torch::zeros({}, x.options());",
                          "loss<<<x.size(0), 256>>>(x.data_ptr<float>(), t.data_ptr<int64_t>(), y.data_ptr<float>(), x.size(1));", "return y;"]
    elif kind == "triplet":
        names = rng.choice([("anchor", "positive", "negative"), ("a", "p", "n"), ("anchors", "pos", "neg")])
        p.args += names
        for c, q in zip("xuz", names):
            a.take("tensor", c, q)
        value = rng.choice(["1.0", "0.5", "0.2", "2.0"])
        default = rng.random() < 0.6
        mp = p.ctor_param(["margin", "margin", "m"], value, "float", "1.0" if default else None, given=True)
        if rng.random() < 0.6:
            n = p.fresh(["loss_fn", "loss", "criterion"])
            p.init.append(f"self.{n} = {rng.choice(['nn.', 'torch.nn.'])}TripletMarginLoss(margin={mp})")
            text, mg = f"self.{n}({', '.join(names)})", f"self.{n}.margin"
        else:
            mg = p.keep(mp, mp)
            text = rng.choice([f"F.triplet_margin_loss({', '.join(names)}, margin={mg})", f"torch.nn.functional.triplet_margin_loss({', '.join(names)}, margin={mg})"])
        a.take("float", "margin", mg)
        dims = p.dims(roles)
        for _ in range(3):
            p.input(f"torch.rand({dims})")
        a.device += BLOCK_SUM + ["__global__ void loss(const float* x, const float* u, const float* z, float* y, int r, float margin) {",
            "    long at = blockIdx.x * (long)r;", "    float v = 0.0f, w = 0.0f;", "    for (int k = threadIdx.x; k < r; k += 256) {",
            "        float d = x[at + k] - u[at + k] + 1e-6f, e = x[at + k] - z[at + k] + 1e-6f;", "        v += d * d;", "        w += e * e;", "    }",
            "    v = block_sum(v);", "    w = block_sum(w);", "    if (threadIdx.x == 0) atomicAdd(y, fmaxf(sqrtf(v) - sqrtf(w) + margin, 0.0f) / gridDim.x);", "}", ""]
        a.host += head + ["u = u.contiguous();", "z = z.contiguous();", "auto y = torch::zeros({}, x.options());",
            "loss<<<x.size(0), 256>>>(x.data_ptr<float>(), u.data_ptr<float>(), z.data_ptr<float>(), y.data_ptr<float>(), x.size(1), margin);", "return y;"]
    else:
        x, y = p.arg(_PRED), p.arg(_TARGET)
        a.take("tensor", "x", x)
        a.take("tensor", "u", y)
        s = f"F.cosine_similarity({x}, {y}, dim=1)"
        text = rng.choice([f"torch.mean(1 - {s})", f"1 - {s}.mean()", f"(1 - torch.{s[2:]}).mean()".replace("torch.cosine", "torch.nn.functional.cosine")])
        dims = p.dims(roles)
        for _ in range(2):
            p.input(f"torch.rand({dims})")
        a.device += BLOCK_SUM + ["__global__ void loss(const float* x, const float* u, float* y, int r) {", "    long at = blockIdx.x * (long)r;",
            "    float v = 0.0f, a = 0.0f, b = 0.0f;", "    for (int k = threadIdx.x; k < r; k += 256) {", "        v += x[at + k] * u[at + k];",
            "        a += x[at + k] * x[at + k];", "        b += u[at + k] * u[at + k];", "    }", "    v = block_sum(v);", "    a = block_sum(a);", "    b = block_sum(b);",
            "    if (threadIdx.x == 0) atomicAdd(y, (1.0f - v / (fmaxf(sqrtf(a), 1e-8f) * fmaxf(sqrtf(b), 1e-8f))) / gridDim.x);", "}", ""]
        a.host += head + ["u = u.contiguous();", "auto y = torch::zeros({}, x.options());",
            "loss<<<x.size(0), 256>>>(x.data_ptr<float>(), u.data_ptr<float>(), y.data_ptr<float>(), x.size(1));", "return y;"]
    p.result = _maybe(p, text)
    return p, a
