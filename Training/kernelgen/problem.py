"""Builds a problem file: class Model, module constants, get_inputs, get_init_inputs, in many spellings.

The families say *what* is computed; everything that carries no meaning (names, order, hints, docstrings, where a number
is written down) is decided here, so that every family varies in the same ways.
"""
from . import words


class Sizes:
    """Draws sizes: realistic ones for training, tiny ones when the host check runs the problem."""

    def __init__(self, rng, small):
        self.rng, self.small = rng, small

    def batch(self):
        if self.small:
            return self.rng.choice([1, 2, 3, 5])
        return self.rng.choice([1, 2, 4, 8, 10, 16, 32, 64, 100, 112, 128, 256, 512, 1000, 1024, 2048, 4096, 8192, 16384, 32768])

    def few(self):
        if self.small:
            return self.rng.choice([1, 2, 3])
        return self.rng.choice([1, 2, 4, 8, 10, 16, 32, 64, 112, 128])

    def features(self):
        if self.small:
            return self.rng.choice([3, 4, 7, 8, 12, 33, 130])
        r = self.rng.random()
        if r < 0.75:
            return self.rng.choice([64, 128, 256, 512, 768, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072, 393216, 262144])
        if r < 0.9:
            return self.rng.choice([100, 500, 1000, 2000, 5000, 10000, 20000, 50000, 12288, 24576])
        return self.rng.choice([255, 511, 777, 1023, 1025, 2047, 4095, 4097, 8191, 65535, 10001, 999])

    def matrix(self):
        if self.small:
            return self.rng.choice([1, 3, 5, 16, 17, 33, 64, 70, 130])
        r = self.rng.random()
        if r < 0.8:
            return self.rng.choice([128, 256, 512, 768, 1024, 1536, 2048, 3072, 4096, 8192, 16384])
        return self.rng.choice([100, 205, 500, 1000, 2949, 5921, 8205, 1111, 3001, 1027, 333])

    def spatial(self):
        if self.small:
            return self.rng.choice([5, 6, 7, 9])
        return self.rng.choice([14, 16, 28, 32, 48, 56, 64, 100, 112, 128, 224, 256, 300, 512, 1024])

    def channels(self):
        if self.small:
            return self.rng.choice([2, 4, 6])
        return self.rng.choice([3, 8, 16, 24, 32, 48, 64, 96, 128, 256])


class Problem:
    """One problem under construction; `p.ctor_param`, `p.tensor`, … return the spelling to use in the code."""

    def __init__(self, rng, small=False):
        self.rng, self.small, self.size = rng, small, Sizes(rng, small)
        self.consts, self.params, self.init, self.body, self.args, self.inputs = [], [], [], [], [], []
        self.pre_inputs, self.result = [], None
        self.functional = rng.random() < 0.35
        self.math = False
        self.hints = rng.random() < 0.5
        self.inline = rng.random() < 0.12
        self.used = {"torch", "nn", "F", "math", "self", "Model", "forward", "get_inputs", "get_init_inputs", "x", "module", "run"}
        self.docs = rng.random() < 0.5
        self.topic = "operation"

    # names -------------------------------------------------------------------------------------------------------------
    def fresh(self, names):
        """Takes an unused name from the list (or numbers one)."""
        names = list(names)
        self.rng.shuffle(names)
        for name in names:
            if name not in self.used:
                self.used.add(name)
                return name
        k = 1
        while f"{names[0]}{k}" in self.used:
            k += 1
        self.used.add(f"{names[0]}{k}")
        return f"{names[0]}{k}"

    def number(self, value):
        """Spells an integer, sometimes as a product."""
        if not self.small and value >= 1024 and value % 1024 == 0 and self.rng.random() < 0.06:
            f = self.rng.choice([2, 4]) if value % 4096 == 0 else 2
            return f"{value // f} * {f}"
        return str(value)

    def const(self, names, value, inline=None):
        """A module-level constant (or the number itself); returns what to write where it is used."""
        text = value if isinstance(value, str) else self.number(value)
        if (self.inline if inline is None else inline) or value in ("None", "False", "True"):
            return text
        for name, old in self.consts:
            if old == text and name in names and self.rng.random() < 0.8:
                return name
        name = self.fresh(names)
        self.consts.append((name, text))
        return name

    def ctor_param(self, names, value, hint, default=None, given=True):
        """A constructor parameter; `value` is passed by get_init_inputs unless `given` is false."""
        taken = {q[0] for q in self.params}
        free = [n for n in names if n not in taken]
        name = self.rng.choice(free) if free else names[0] + str(len(taken))
        if default is None and any(q[2] is not None for q in self.params):
            default = str(value)  # Python wants a default behind a default
        passed = None
        if given:
            passed = self.const([name] + list(names), value) if self.rng.random() < 0.9 else str(value)
            # get_init_inputs passes by position: what stands in front has to be passed as well
            self.params = [(n, h, d, v if v is not None else str(d)) for n, h, d, v in self.params]
        self.params.append((name, hint, default, passed))
        return name

    # tensors -----------------------------------------------------------------------------------------------------------
    def arg(self, names):
        """An argument of forward that is a tensor."""
        free = [n for n in names if n not in self.args and (n == "x" or n not in self.used)]
        name = self.rng.choice(free) if free else names[0] + str(len(self.args))
        self.args.append(name)
        self.used.add(name)
        return name

    def dims(self, roles):
        """Spells a shape: roles is a list of (names, value); returns the text inside the brackets of torch.rand."""
        rng = self.rng
        style = rng.random()
        if style < 0.12 and len(roles) > 1 and not self.inline:
            head = self.const(*roles[0])
            tail = [self.number(v) for _, v in roles[1:]]
            tup = f"({tail[0]},)" if len(tail) == 1 else "(" + ", ".join(tail) + ")"
            return f"{head}, *{self.const(['input_shape', 'shape', 'feature_shape', 'sample_shape'], tup)}"
        if style < 0.17 and not self.inline:
            tup = "(" + ", ".join(self.number(v) for _, v in roles) + ("," if len(roles) == 1 else "") + ")"
            return "*" + self.const(["shape", "input_shape", "size", "dims"], tup)
        return ", ".join(self.const(names, v) for names, v in roles)

    def rand(self, shape, kind=None):
        kind = kind or self.rng.choice(["torch.rand", "torch.rand", "torch.randn"])
        return f"{kind}({shape})"

    def input(self, expression, names=None, pre=None):
        """An input tensor of get_inputs."""
        self.inputs.append((expression, names, pre))

    # code --------------------------------------------------------------------------------------------------------------
    def keep(self, name, value):
        """Stores a constructor parameter on self and returns its spelling in forward."""
        self.init.append(f"self.{name} = {value}")
        return f"self.{name}"

    def render(self):
        """The problem's source text."""
        rng, out = self.rng, []
        text_body = "\n".join(self.body + self.init + [self.result or ""])
        imports = ["import torch", "import torch.nn as nn"]
        if "F." in text_body or rng.random() < 0.08:
            imports.append("import torch.nn.functional as F")
        if "math." in text_body or "np." in text_body:
            imports.append("import math")
        cls = self._class()
        consts = self._consts()
        tail = self._inputs()
        if rng.random() < 0.2:
            parts = ["\n".join(imports), consts, cls, tail]
        else:
            parts = ["\n".join(imports), cls, consts, tail]
        return "\n\n".join(x for x in parts if x) + ("\n" if rng.random() < 0.7 else "")

    def signature(self):
        """The constructor's parameters as text (shared with the answer)."""
        out = []
        for name, hint, default, _ in self.params:
            t = name
            if self.hints and hint:
                t += f": {hint}"
                if default is not None:
                    t += f" = {default}"
            elif default is not None:
                t += f"={default}"
            out.append(t)
        return ", ".join(["self"] + out)

    def init_lines(self):
        return list(self.init)

    def _doc(self, indent, lines):
        q = '"""' if self.rng.random() < 0.95 else "'''"
        pad = " " * indent
        if len(lines) == 1 and self.rng.random() < 0.4:
            return [f"{pad}{q}{lines[0]}{q}"]
        return [f"{pad}{q}"] + [pad + l if l else "" for l in lines] + [f"{pad}{q}"]

    def _class(self):
        rng = self.rng
        out = ["class Model(nn.Module):"]
        if self.docs or rng.random() < 0.3:
            out += self._doc(4, words.class_doc(rng, self.topic, [p[0] for p in self.params]))
        out.append(f"    def __init__({self.signature()}):" if not (self.hints and rng.random() < 0.05) else f"    def __init__({self.signature()}) -> None:")
        if self.docs and rng.random() < 0.4:
            out += self._doc(8, words.init_doc(rng, self.topic, [p[0] for p in self.params]))
        out.append("        " + ("super(Model, self).__init__()" if rng.random() < 0.7 else "super().__init__()"))
        out += ["        " + l for l in self.init]
        out.append("")
        if self.hints and rng.random() < 0.9:
            args = ", ".join(f"{a}: torch.Tensor" if not a.startswith("=") else a[1:] for a in self.args)
            out.append(f"    def forward(self, {args}) -> torch.Tensor:")
        else:
            out.append(f"    def forward(self, {', '.join(a.lstrip('=') for a in self.args)}):")
        if self.docs:
            out += self._doc(8, words.forward_doc(rng, self.topic, [a.lstrip("=") for a in self.args]))
        for l in self.body:
            if rng.random() < 0.04:
                out.append("        # " + words.comment(rng))
            out.append("        " + l + ("  # " + words.comment(rng) if rng.random() < 0.06 else ""))
        out.append(f"        return {self.result}")
        return "\n".join(out)

    def _consts(self):
        rng, out, k = self.rng, [], 0
        c = list(self.consts)
        if rng.random() < 0.3 and not any(name in value for name, _ in c for _, value in c):
            rng.shuffle(c)
        if rng.random() < 0.15:
            out.append("# " + words.comment(rng))
        while k < len(c):
            name, value = c[k]
            if k + 1 < len(c) and c[k + 1][1] == value and rng.random() < 0.3:
                out.append(f"{name} = {c[k + 1][0]} = {value}")
                k += 2
            elif k + 1 < len(c) and "(" not in value + c[k + 1][1] and rng.random() < 0.05:
                out.append(f"{name}, {c[k + 1][0]} = {value}, {c[k + 1][1]}")
                k += 2
            else:
                out.append(f"{name} = {value}" + ("  # " + words.comment(rng) if rng.random() < 0.05 else ""))
                k += 1
        return "\n".join(out)

    def _inputs(self):
        rng, out = self.rng, ["def get_inputs():"]
        names = []
        lines = []
        plain = all(pre is None for _, _, pre in self.inputs) and rng.random() < 0.4
        plain = plain and not any("{first}" in e or "scale" in e for e, _, _ in self.inputs)
        if any("*scale" in e for e, _, _ in self.inputs):
            lines.append("scale = torch.rand(())")
        for k, (expression, name, pre) in enumerate(self.inputs):
            expression = expression.replace("{first}", names[0] if names else "")
            if plain or name == "=":
                names.append(expression)
                continue
            name = name or self.args[k].lstrip("=")
            lines.append(f"{name} = {expression}")
            if pre:
                lines.append(pre.format(x=name))
            names.append(name)
        out += ["    " + l for l in lines]
        out.append(f"    return [{', '.join(names)}]")
        out += ["", "def get_init_inputs():"]
        note = "  # nothing to configure" if not self.params and rng.random() < 0.3 else ""
        out.append("    return [" + ", ".join(p[3] for p in self.params if p[3] is not None) + "]" + note)
        return "\n".join(out)
