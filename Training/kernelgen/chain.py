"""Point-wise chains: spelled in PyTorch on the problem side, gathered in one `__device__ float f(...)` on the answer side."""
from .pointwise import OPS, NAMES, WEIGHTS, fl

_MODULE_NAMES = {"relu": ["relu", "act", "activation"], "silu": ["silu", "swish", "act"], "gelu": ["gelu", "act", "activation"]}
_STEP = ["y", "z", "h", "out", "a", "t", "u", "act", "scaled", "hidden", "tmp", "result"]


class Chain:
    """The operations behind one stage; `call(value)` is what the stage's kernel stores."""

    def __init__(self, answer, fname="f"):
        self.answer, self.fname = answer, fname
        self.stmts, self.fargs, self.kparams = [], [], []

    def scalar(self, spelling):
        """A number that forward passes to the kernel."""
        name = f"s{sum(1 for k, n in self.answer.run_args if n[0] == 's' and n[1:].isdigit())}"
        self.answer.take("float", name, spelling)
        self.fargs.append((f"float {name}", name))
        self.kparams.append((f"float {name}", name))
        return name

    def tensor(self, spelling, index):
        """A tensor of which each element needs the value at `index`."""
        name = f"p{sum(1 for k, n in self.answer.run_args if n[0] == 'p' and n[1:].isdigit())}"
        self.answer.take("tensor", name, spelling)
        self.fargs.append((f"float {name}", f"{name}[{index}]"))
        self.kparams.append((f"const float* {name}", f"{name}.data_ptr<float>()"))
        return name

    def device(self):
        """Text of the device function (nothing when the chain is empty)."""
        if not self.stmts:
            return []
        args = ", ".join(["float v"] + [d for d, _ in self.fargs])
        return [f"__device__ float {self.fname}({args}) {{"] + ["    " + l for s in self.stmts for l in s.split("\n")] + \
               ["    return v;", "}", ""]

    def call(self, value):
        if not self.stmts:
            return value
        return f"{self.fname}({', '.join([value] + [c for _, c in self.fargs])})"

    def decl(self):
        """What the kernel's parameter list gets in addition."""
        return "".join(", " + d for d, _ in self.kparams)

    def pass_on(self):
        """What the launch gets in addition."""
        return "".join(", " + v for _, v in self.kparams)


def pick_ops(rng, count, exclude=()):
    """Draws operation names by weight, never the same one twice in a row."""
    out = []
    while len(out) < count:
        name = rng.choices(NAMES, WEIGHTS)[0]
        if name not in exclude and (not out or out[-1] != name or rng.random() < 0.1):
            out.append(name)
    return out


def _spell_params(p, chain, op):
    """Decides for each parameter whether it is a number or a constructor parameter; returns (spellings, C names)."""
    rng = p.rng
    values = [rng.choice(choices) for _, choices in op.params]
    if op.name in ("clamp", "hardtanh") and float(values[0]) >= float(values[1]):
        values = ["-1.0", "1.0"]
    through = rng.random() < 0.55
    spell, cname, names = [], [], []
    for (roles, _), value in zip(op.params, values):
        if through:
            default = value if rng.random() < 0.15 else None
            if any(q[2] is not None for q in p.params) and default is None:
                default = value
            spell.append(p.ctor_param(roles, value, rng.choice(["float", "float", "float"]), default, given=default is None or rng.random() < 0.5))
        else:
            spell.append(value)
    return spell, values, through


def op_line(p, chain, op, x):
    """Adds one operation: records its CUDA statement, returns its PyTorch spelling on the operand `x`."""
    rng = p.rng
    simple = x.replace("_", "a").isalnum()
    forms, kind = [], None
    options = []
    if op.plain:
        options.append("plain")
    if op.plain_modules:
        options += ["plain_module"]
    if op.forms:
        options.append("form")
    if op.modules:
        options.append("module")
    kind = rng.choice(options)
    if kind in ("plain", "plain_module"):
        args = [fl(d) for d in op.defaults]
    if kind == "plain":
        forms = op.plain
    elif kind == "plain_module":
        name = p.fresh(_MODULE_NAMES.get(op.name, [op.name, "activation", "act"]))
        p.init.append(f"self.{name} = {rng.choice(op.plain_modules)}")
        forms = [f"self.{name}({{x}})"]
    else:
        spell, values, through = _spell_params(p, chain, op)
        if kind == "module":
            name = p.fresh([op.name, "activation", "act"])
            p.init.append(f"self.{name} = {rng.choice(op.modules).format(*spell)}")
            forms = [f"self.{name}({{x}})"]
            args = [chain.scalar(f"self.{name}.{a}") for a in op.attrs] if through else [fl(v) for v in values]
        elif through:
            kept = [p.keep(s, s) if f"self.{s} = {s}" not in p.init else f"self.{s}" for s in spell]
            args = [chain.scalar(k) for k in kept]
            forms = [f.format(*kept, x="{x}") for f in op.forms]
        else:
            args = [fl(v) for v in values]
            forms = [f.format(*spell, x="{x}") for f in op.forms]
            if any(s.startswith("-") for s in spell):
                forms = [f for f in forms if "- -" not in f] or forms
    if not simple:
        once = [f for f in forms if f.count("{x}") == 1 and not f.startswith("{x}.")]
        forms = once or None
        if forms is None:
            return None
        form = rng.choice(forms)
        if not form.startswith(("torch.", "F.", "self.", "nn.")) or not form.endswith(")"):
            x = f"({x})"
    else:
        form = rng.choice(forms)
    chain.stmts.append(op.cuda.format(*args))
    return form.replace("{x}", x)


def apply(p, chain, names, var, expr=None):
    """Writes the chain `names` behind `var` (whose value is `expr`, when not yet assigned); returns the result expression."""
    rng = p.rng
    style = rng.choice(["reassign", "reassign", "reassign", "names", "nested"])
    if expr is not None and (style != "nested" or len(names) > 2 or rng.random() < 0.6):
        p.body.append(f"{var} = {expr}")
        expr = var
    expr = expr or var
    for k, name in enumerate(names):
        op = OPS[name]
        simple = expr.replace("_", "a").isalnum()
        if not simple and style != "nested":
            p.body.append(f"{var} = {expr}")
            expr = var
        if not simple and style == "nested" and not any(f.count("{x}") == 1 and not f.startswith("{x}.") for f in op.plain + op.forms):
            p.body.append(f"{var} = {expr}")
            expr = var
        before = (len(p.init), len(p.params), len(p.consts), len(chain.fargs))
        new = op_line(p, chain, op, expr)
        if new is None:  # the spelling drawn needs a plain variable: put the value into one and say it with that
            p.body.append(f"{var} = {expr}")
            new = None
            while new is None:
                del p.init[before[0]:], p.params[before[1]:], p.consts[before[2]:]
                _drop(chain, before[3])
                new = op_line(p, chain, op, var)
        expr = new
        if style == "names" and k + 1 < len(names):
            nxt = p.fresh(_STEP)
            p.body.append(f"{nxt} = {expr}")
            var = expr = nxt
    if rng.random() < 0.55 and not expr.replace("_", "a").isalnum():
        p.body.append(f"{var} = {expr}")
        expr = var
    return expr


def _drop(chain, keep):
    while len(chain.fargs) > keep:
        chain.fargs.pop()
        chain.kparams.pop()
        chain.answer.run_args.pop()
        chain.answer.calls.pop()
