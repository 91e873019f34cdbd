"""The language of point-wise operations: each has PyTorch spellings and one CUDA statement on the running value `v`.

Chains are built by composition, so the number of different problems is a product and not a list. `{x}` is the operand,
`{0}`, `{1}` the parameters. A parameter is written as a number, or comes from the constructor, and then travels to the
kernel as an argument; which of the two it is can be seen in the problem.
"""


class Op:
    """One operation: spellings without and with parameters, module forms, and the CUDA statement."""

    def __init__(self, name, cuda, plain=(), forms=(), modules=(), plain_modules=(), params=(), defaults=(), weight=1.0, attrs=()):
        self.name, self.cuda, self.plain, self.forms = name, cuda, list(plain), list(forms)
        self.modules, self.plain_modules = list(modules), list(plain_modules)
        self.params, self.defaults, self.weight, self.attrs = list(params), list(defaults), weight, list(attrs)


def fl(text):
    """A C float literal for a Python number."""
    t = text.strip()
    if t.startswith("-"):
        return "-" + fl(t[1:])
    if "e" not in t and "." not in t:
        t += ".0"
    return t + "f"


_SLOPE = (["negative_slope", "alpha", "slope", "leak"], ["0.01", "0.1", "0.2", "0.05", "0.3", "0.02"])
_MIN = (["min_value", "min_val", "lower", "clamp_min", "low", "clip_min"], ["-1.0", "0.0", "-0.5", "-2.0", "-10.0", "0.1", "-3", "-1"])
_MAX = (["max_value", "max_val", "upper", "clamp_max", "high", "clip_max"], ["1.0", "2.0", "0.5", "6.0", "10.0", "3", "1", "5.0"])
_ALPHA = (["alpha", "a", "elu_alpha"], ["1.0", "0.5", "2.0", "1.5", "0.1"])
_SCALE = (["scale", "scaling_factor", "scale_factor", "multiplier", "factor", "multiply_value", "gain", "s"],
          ["2.0", "0.5", "1.5", "3.14", "0.1", "3", "2", "0.25", "10.0", "1.702"])
_ADD = (["add_value", "offset", "shift", "constant", "bias_value", "addend"], ["1.0", "0.5", "0.1", "3", "2.0", "1"])
_SUB = (["subtract_value", "sub_value", "subtract_val", "minus", "offset"], ["1.0", "0.5", "0.2", "2", "0.1", "1.5"])
_DIV = (["divisor", "divide_value", "denom", "div_value", "division_factor"], ["2.0", "10.0", "3", "4.0", "0.5", "1.5"])
_BETA = (["beta", "b"], ["1.0", "2.0", "0.5", "3.0"])
_THR = (["threshold", "thr"], ["20", "10", "20.0", "5.0"])
_LAM = (["lambd", "lam", "threshold"], ["0.5", "0.3", "1.0"])
_CUT = (["threshold", "cut", "limit"], ["0.1", "0.5", "0.0", "1.0"])
_VALUE = (["value", "fill", "replacement"], ["0.0", "20.0", "-1.0", "1.0"])

SIGMOID = "1.0f / (1.0f + expf(-v))"

OPS = {o.name: o for o in [
    Op("relu", "v = fmaxf(v, 0.0f);",
       ["torch.relu({x})", "F.relu({x})", "{x}.relu()", "torch.clamp({x}, min=0)", "{x}.clamp(min=0)", "torch.clamp({x}, min=0.0)",
        "torch.nn.functional.relu({x})", "torch.clamp_min({x}, 0)", "torch.maximum({x}, torch.zeros_like({x}))"], plain_modules=["nn.ReLU()"], weight=2.2),
    Op("leaky_relu", "v = v > 0.0f ? v : v * {0};", ["F.leaky_relu({x})", "torch.nn.functional.leaky_relu({x})"],
       ["F.leaky_relu({x}, negative_slope={0})", "F.leaky_relu({x}, {0})", "torch.nn.functional.leaky_relu({x}, negative_slope={0})"],
       ["nn.LeakyReLU({0})", "nn.LeakyReLU(negative_slope={0})"], ["nn.LeakyReLU()"], [_SLOPE], ["0.01"], 2.0, ["negative_slope"]),
    Op("sigmoid", f"v = {SIGMOID};",
       ["torch.sigmoid({x})", "F.sigmoid({x})", "{x}.sigmoid()", "1 / (1 + torch.exp(-{x}))", "torch.nn.functional.sigmoid({x})"],
       plain_modules=["nn.Sigmoid()"], weight=2.0),
    Op("tanh", "v = tanhf(v);", ["torch.tanh({x})", "{x}.tanh()", "F.tanh({x})"], plain_modules=["nn.Tanh()"], weight=2.2),
    Op("silu", "v = v / (1.0f + expf(-v));",
       ["F.silu({x})", "{x} * torch.sigmoid({x})", "torch.sigmoid({x}) * {x}", "torch.nn.functional.silu({x})", "{x} * {x}.sigmoid()",
        "{x} / (1 + torch.exp(-{x}))"], plain_modules=["nn.SiLU()"], weight=2.2),
    Op("gelu", "v = 0.5f * v * (1.0f + erff(v * 0.70710678f));",
       ["F.gelu({x})", "torch.nn.functional.gelu({x})", "0.5 * {x} * (1 + torch.erf({x} / math.sqrt(2)))",
        "{x} * 0.5 * (1.0 + torch.erf({x} / 2 ** 0.5))"], plain_modules=["nn.GELU()"], weight=2.5),
    Op("gelu_tanh", "v = 0.5f * v * (1.0f + tanhf(0.79788456f * (v + 0.044715f * v * v * v)));",
       ["F.gelu({x}, approximate='tanh')", "torch.nn.functional.gelu({x}, approximate='tanh')",
        "0.5 * {x} * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * ({x} + 0.044715 * torch.pow({x}, 3))))",
        "0.5 * {x} * (1 + torch.tanh(math.sqrt(2 / math.pi) * ({x} + 0.044715 * {x} ** 3)))",
        "{x} * 0.5 * (1.0 + torch.tanh(0.7978845608 * ({x} + 0.044715 * {x} * {x} * {x})))"],
       plain_modules=["nn.GELU(approximate='tanh')"], weight=1.2),
    Op("quick_gelu", "v = v / (1.0f + expf(-1.702f * v));", ["{x} * torch.sigmoid(1.702 * {x})"], weight=0.3),
    Op("selu", "v = 1.05070099f * (v > 0.0f ? v : 1.67326324f * (expf(v) - 1.0f));",
       ["torch.selu({x})", "F.selu({x})", "torch.nn.functional.selu({x})"], plain_modules=["nn.SELU()"], weight=1.2),
    Op("elu", "v = v > 0.0f ? v : {0} * (expf(v) - 1.0f);", ["F.elu({x})", "torch.nn.functional.elu({x})"],
       ["F.elu({x}, alpha={0})", "F.elu({x}, {0})", "torch.nn.functional.elu({x}, alpha={0})"], ["nn.ELU({0})", "nn.ELU(alpha={0})"],
       ["nn.ELU()"], [_ALPHA], ["1.0"], 1.2, ["alpha"]),
    Op("celu", "v = fmaxf(v, 0.0f) + fminf(0.0f, {0} * (expf(v / {0}) - 1.0f));", ["F.celu({x})", "torch.celu({x})"],
       ["F.celu({x}, alpha={0})"], ["nn.CELU(alpha={0})"], ["nn.CELU()"], [_ALPHA], ["1.0"], 0.6, ["alpha"]),
    Op("hardsigmoid", "v = fminf(fmaxf(v / 6.0f + 0.5f, 0.0f), 1.0f);",
       ["F.hardsigmoid({x})", "torch.nn.functional.hardsigmoid({x})", "torch.clamp({x} / 6 + 0.5, 0, 1)"],
       plain_modules=["nn.Hardsigmoid()"], weight=1.2),
    Op("hardswish", "v = v * fminf(fmaxf(v + 3.0f, 0.0f), 6.0f) / 6.0f;",
       ["F.hardswish({x})", "torch.nn.functional.hardswish({x})", "{x} * torch.clamp({x} + 3, 0, 6) / 6", "{x} * F.relu6({x} + 3) / 6"],
       plain_modules=["nn.Hardswish()"], weight=1.8),
    Op("hardtanh", "v = fminf(fmaxf(v, {0}), {1});", ["F.hardtanh({x})", "torch.nn.functional.hardtanh({x})"],
       ["F.hardtanh({x}, min_val={0}, max_val={1})", "F.hardtanh({x}, {0}, {1})"],
       ["nn.Hardtanh(min_val={0}, max_val={1})", "nn.Hardtanh({0}, {1})"], ["nn.Hardtanh()"], [_MIN, _MAX], ["-1.0", "1.0"], 1.6,
       ["min_val", "max_val"]),
    Op("clamp", "v = fminf(fmaxf(v, {0}), {1});", [],
       ["torch.clamp({x}, {0}, {1})", "torch.clamp({x}, min={0}, max={1})", "{x}.clamp({0}, {1})", "torch.clip({x}, {0}, {1})",
        "{x}.clamp(min={0}, max={1})"], [], [], [_MIN, _MAX], weight=1.8),
    Op("clamp_min", "v = fmaxf(v, {0});", [], ["torch.clamp({x}, min={0})", "{x}.clamp(min={0})", "torch.clamp_min({x}, {0})"],
       params=[_MIN], weight=1.0),
    Op("clamp_max", "v = fminf(v, {0});", [], ["torch.clamp({x}, max={0})", "{x}.clamp(max={0})"], params=[_MAX], weight=1.0),
    Op("min_const", "v = fminf(v, {0});", [], ["torch.min({x}, torch.tensor({0}))", "torch.minimum({x}, torch.tensor({0}))", "torch.min({x}, torch.tensor({0}, device={x}.device))"],
       params=[(_MAX[0], ["1.0", "2.0", "0.5", "6.0"])], weight=0.7),
    Op("max_const", "v = fmaxf(v, {0});", [], ["torch.max({x}, torch.tensor({0}))", "torch.maximum({x}, torch.tensor({0}))"],
       params=[(_MIN[0], ["-1.0", "0.0", "0.5", "-0.5"])], weight=0.5),
    Op("softplus", "v = v > 20.0f ? v : log1pf(expf(v));",
       ["F.softplus({x})", "torch.nn.functional.softplus({x})", "torch.log(1 + torch.exp({x}))"], plain_modules=["nn.Softplus()"], weight=1.2),
    Op("softplus_beta", "v = v * {0} > {1} ? v : log1pf(expf(v * {0})) / {0};", [],
       ["F.softplus({x}, beta={0}, threshold={1})"], ["nn.Softplus(beta={0}, threshold={1})", "nn.Softplus({0}, {1})"], [],
       [_BETA, _THR], weight=0.5, attrs=["beta", "threshold"]),
    Op("softsign", "v = v / (1.0f + fabsf(v));",
       ["F.softsign({x})", "{x} / (1 + torch.abs({x}))", "torch.nn.functional.softsign({x})", "{x} / (1 + {x}.abs())"],
       plain_modules=["nn.Softsign()"], weight=1.2),
    Op("mish", "v = v * tanhf(v > 20.0f ? v : log1pf(expf(v)));",
       ["F.mish({x})", "torch.nn.functional.mish({x})", "{x} * torch.tanh(F.softplus({x}))", "torch.tanh(F.softplus({x})) * {x}",
        "torch.multiply(torch.tanh(torch.nn.functional.softplus({x})), {x})"], plain_modules=["nn.Mish()"], weight=2.0),
    Op("mish_gate", "v = v * v * tanhf(v > 20.0f ? v : log1pf(expf(v)));", ["{x} * F.mish({x})", "{x} * torch.nn.functional.mish({x})"], weight=0.3),
    Op("hardswish_gate", "v = v * v * fminf(fmaxf(v + 3.0f, 0.0f), 6.0f) / 6.0f;",
       ["{x} * F.hardswish({x})", "{x} * torch.nn.functional.hardswish({x})"], weight=0.3),
    Op("relu6", "v = fminf(fmaxf(v, 0.0f), 6.0f);", ["F.relu6({x})", "torch.nn.functional.relu6({x})"], plain_modules=["nn.ReLU6()"], weight=0.8),
    Op("relu_squared", "v = fmaxf(v, 0.0f);\nv = v * v;", ["torch.relu({x}) ** 2", "torch.square(F.relu({x}))", "F.relu({x}).pow(2)"], weight=0.5),
    Op("logsigmoid", "v = fminf(v, 0.0f) - log1pf(expf(-fabsf(v)));", ["F.logsigmoid({x})", "torch.nn.functional.logsigmoid({x})"],
       plain_modules=["nn.LogSigmoid()"], weight=0.7),
    Op("threshold", "v = v > {0} ? v : {1};", [], ["F.threshold({x}, {0}, {1})", "torch.where({x} > {0}, {x}, {1})"],
       ["nn.Threshold({0}, {1})"], [], [_CUT, _VALUE], weight=0.5, attrs=["threshold", "value"]),
    Op("tanhshrink", "v = v - tanhf(v);", ["F.tanhshrink({x})", "{x} - torch.tanh({x})"], plain_modules=["nn.Tanhshrink()"], weight=0.6),
    Op("softshrink", "v = v > {0} ? v - {0} : (v < -{0} ? v + {0} : 0.0f);", ["F.softshrink({x})"], ["F.softshrink({x}, {0})", "F.softshrink({x}, lambd={0})"],
       ["nn.Softshrink({0})"], ["nn.Softshrink()"], [_LAM], ["0.5"], 0.4, ["lambd"]),
    Op("hardshrink", "v = fabsf(v) > {0} ? v : 0.0f;", ["F.hardshrink({x})"], ["F.hardshrink({x}, {0})"], ["nn.Hardshrink({0})"],
       ["nn.Hardshrink()"], [_LAM], ["0.5"], 0.4, ["lambd"]),
    Op("exp", "v = expf(v);", ["torch.exp({x})", "{x}.exp()"], weight=0.6),
    Op("expm1", "v = expm1f(v);", ["torch.expm1({x})", "torch.exp({x}) - 1"], weight=0.2),
    Op("abs", "v = fabsf(v);", ["torch.abs({x})", "{x}.abs()"], weight=0.8),
    Op("log_abs", "v = log1pf(fabsf(v));", ["torch.log1p(torch.abs({x}))", "torch.log(1 + torch.abs({x}))"], weight=0.3),
    Op("sqrt_abs", "v = sqrtf(fabsf(v));", ["torch.sqrt(torch.abs({x}))", "{x}.abs().sqrt()"], weight=0.4),
    Op("rsqrt", "v = rsqrtf(v * v + 1.0f);", ["torch.rsqrt({x} * {x} + 1)", "1 / torch.sqrt({x} ** 2 + 1)"], weight=0.2),
    Op("reciprocal", "v = 1.0f / (1.0f + fabsf(v));", ["1 / (1 + torch.abs({x}))", "torch.reciprocal(1 + {x}.abs())"], weight=0.2),
    Op("square", "v = v * v;", ["{x} ** 2", "torch.square({x})", "{x} * {x}", "torch.pow({x}, 2)", "{x}.pow(2)"], weight=0.8),
    Op("cube", "v = v * v * v;", ["{x} ** 3", "torch.pow({x}, 3)", "{x} * {x} * {x}"], weight=0.3),
    Op("double", "v = v + v;", ["{x} + {x}", "torch.add({x}, {x})"], weight=0.6),
    Op("neg", "v = -v;", ["-{x}", "torch.neg({x})", "{x}.neg()"], weight=0.4),
    Op("sin", "v = sinf(v);", ["torch.sin({x})", "{x}.sin()"], weight=0.5),
    Op("cos", "v = cosf(v);", ["torch.cos({x})", "{x}.cos()"], weight=0.4),
    Op("erf", "v = erff(v);", ["torch.erf({x})"], weight=0.2),
    Op("atan", "v = atanf(v);", ["torch.atan({x})", "torch.arctan({x})"], weight=0.2),
    Op("one_minus", "v = 1.0f - v;", ["1 - {x}", "1.0 - {x}"], weight=0.3),
    Op("sign", "v = (v > 0.0f) - (v < 0.0f);", ["torch.sign({x})"], weight=0.2),
    Op("floor", "v = floorf(v);", ["torch.floor({x})"], weight=0.1),
    Op("scale", "v = v * {0};", [], ["{x} * {0}", "{0} * {x}", "torch.mul({x}, {0})", "{x}.mul({0})", "torch.multiply({x}, {0})"],
       params=[_SCALE], weight=3.0),
    Op("add", "v = v + {0};", [], ["{x} + {0}", "{0} + {x}", "torch.add({x}, {0})"], params=[_ADD], weight=1.6),
    Op("sub", "v = v - {0};", [], ["{x} - {0}", "torch.sub({x}, {0})"], params=[_SUB], weight=1.4),
    Op("rsub", "v = {0} - v;", [], ["{0} - {x}"], params=[_SUB], weight=0.2),
    Op("div", "v = v / {0};", [], ["{x} / {0}", "torch.div({x}, {0})", "{x}.div({0})"], params=[_DIV], weight=1.8),
]}
NAMES = list(OPS)
WEIGHTS = [OPS[n].weight for n in NAMES]
