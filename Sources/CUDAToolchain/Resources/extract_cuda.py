"""Reads the CUDA source out of a candidate, a Python file on standard input, without executing any of it.

A candidate hands its CUDA to PyTorch's load_inline(...) as strings. They are found in the syntax tree and folded: names,
concatenation, formatting and the like over constants. What depends on a value that only a run would give is reported, not
guessed. The answer is one JSON object on standard output. The candidate is hostile: every step is counted, every string
bounded, and the process limits its own memory and time.
"""

import ast
import json
import re
import string
import sys
import textwrap
import warnings

MAX_INPUT = 4_000_000
MAX_STRING = 2_000_000
MAX_ITEMS = 10_000
MAX_STEPS = 200_000
MAX_DEPTH = 60
MAX_CALLS = 16
SECONDS = 20
MEMORY = 1 << 30

# The order in which load_inline takes its arguments. PyTorch 2.7 put sycl_sources third; nobody passes that many by position.
PARAMETERS = [
    "name", "cpp_sources", "cuda_sources", "functions", "extra_cflags", "extra_cuda_cflags", "extra_ldflags",
    "extra_include_paths", "build_directory", "verbose", "with_cuda", "is_python_module",
    "with_pytorch_error_handling", "keep_intermediates",
]

# Methods of strings that make strings no longer than their input allows.
PLAIN_METHODS = {
    "strip", "lstrip", "rstrip", "lower", "upper", "removeprefix", "removesuffix", "split", "splitlines", "expandtabs",
    "startswith", "endswith", "capitalize", "title",
}


class Unfoldable(Exception):
    """The value is known only to a run of the candidate, or is refused; `line` is where."""

    def __init__(self, node, reason):
        super().__init__(reason)
        self.line = getattr(node, "lineno", 0)
        self.reason = reason


class Scope:
    """The names that one module, class or function assigns, in the order of the text."""

    def __init__(self, node, parent):
        self.node = node
        self.parent = parent
        self.assigned = {}
        self.returns = []
        self.bound = None

    def add(self, name, node, kind, value):
        self.assigned.setdefault(name, []).append((node.lineno, node.col_offset, kind, value))

    def parameters(self):
        if isinstance(self.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            a = self.node.args
            return a.posonlyargs + a.args + a.kwonlyargs
        return []


class Index(ast.NodeVisitor):
    """One pass over the tree: scopes, assignments, attributes, calls, and the names that mean load_inline."""

    def __init__(self):
        self.scope = None
        self.attributes = Scope(None, None)
        self.functions = {}
        self.calls = []
        self.inline_names = {"load_inline"}
        self.load_names = set()
        self.imports = set()

    def enter(self, node):
        outer = self.scope
        self.scope = Scope(node, outer)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self.functions.setdefault(node.name, self.scope)
        self.generic_visit(node)
        self.scope = outer

    visit_Module = visit_ClassDef = visit_FunctionDef = visit_AsyncFunctionDef = enter

    def target(self, target, node, kind, value):
        if isinstance(target, ast.Name):
            self.scope.add(target.id, node, kind, value)
            if isinstance(self.scope.node, ast.ClassDef):
                self.attributes.add(target.id, node, kind, value)
        elif isinstance(target, ast.Attribute):
            self.attributes.add(target.attr, node, kind, (self.scope, value))
        elif isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List)):
            if len(target.elts) == len(value.elts):
                for one, its in zip(target.elts, value.elts):
                    self.target(one, node, kind, its)

    def visit_Assign(self, node):
        for target in node.targets:
            self.target(target, node, "=", node.value)
        self.generic_visit(node)

    def visit_AnnAssign(self, node):
        if node.value is not None:
            self.target(node.target, node, "=", node.value)
        self.generic_visit(node)

    def visit_NamedExpr(self, node):
        self.target(node.target, node, "=", node.value)
        self.generic_visit(node)

    def visit_AugAssign(self, node):
        self.target(node.target, node, "+=" if isinstance(node.op, ast.Add) else "?", node.value)
        self.generic_visit(node)

    def visit_Expr(self, node):
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and len(call.args) == 1:
            if call.func.attr in ("append", "extend"):
                self.target(call.func.value, node, call.func.attr, call.args[0])
        self.generic_visit(node)

    def visit_Return(self, node):
        if node.value is not None:
            self.scope.returns.append(node.value)
        self.generic_visit(node)

    def visit_Import(self, node):
        for alias in node.names:
            self.imports.add(alias.name.split(".")[0])

    def visit_ImportFrom(self, node):
        module = node.module or ""
        self.imports.add(module.split(".")[0])
        for alias in node.names:
            if module.endswith("cpp_extension") and alias.name == "load_inline":
                self.inline_names.add(alias.asname or alias.name)
            if module.endswith("cpp_extension") and alias.name == "load":
                self.load_names.add(alias.asname or alias.name)

    def visit_Call(self, node):
        self.calls.append((node, self.scope))
        self.generic_visit(node)


def dotted(node):
    """a.b.c as written, or an empty string."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id] + parts[::-1])


class Folder:
    """Values of expressions over constants."""

    def __init__(self, index):
        self.index = index
        self.steps = 0
        self.origins = {}

    def fold(self, node, scope, depth=0):
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise Unfoldable(node, "the candidate takes too many steps to read")
        if depth > MAX_DEPTH:
            raise Unfoldable(node, "the expression is nested too deeply")
        method = getattr(self, "fold_" + type(node).__name__, None)
        if method is None:
            raise Unfoldable(node, "only a run of the candidate would tell this value")
        return self.bounded(method(node, scope, depth + 1), node)

    def bounded(self, value, node):
        if isinstance(value, str) and len(value) > MAX_STRING:
            raise Unfoldable(node, "the string grows beyond any CUDA source")
        if isinstance(value, (list, tuple, dict)) and len(value) > MAX_ITEMS:
            raise Unfoldable(node, "the list grows beyond any list of sources")
        if isinstance(value, int) and abs(value) >= 1 << 63:
            raise Unfoldable(node, "the number is too large")
        return value

    def fold_Constant(self, node, scope, depth):
        if node.value is not None and not isinstance(node.value, (str, int, float, bool)):
            raise Unfoldable(node, "a constant of this type is not read")
        # Where a string stands in the candidate, if its lines are the candidate's lines.
        if isinstance(node.value, str) and node.value.count("\n") == node.end_lineno - node.lineno:
            self.origins.setdefault(node.value, node.lineno)
        return node.value

    def fold_List(self, node, scope, depth):
        items = []
        for item in node.elts:
            if isinstance(item, ast.Starred):
                items.extend(self.fold(item.value, scope, depth))
            else:
                items.append(self.fold(item, scope, depth))
        return items

    fold_Tuple = fold_List

    def fold_Dict(self, node, scope, depth):
        result = {}
        for key, value in zip(node.keys, node.values):
            if key is None:
                result.update(self.fold(value, scope, depth))
                continue
            name = self.fold(key, scope, depth)
            if not isinstance(name, (str, int)):
                raise Unfoldable(node, "a key of this type is not read")
            # A flag or option that cannot be told must not hide the sources beside it.
            try:
                result[name] = self.fold(value, scope, depth)
            except Unfoldable as error:
                result[name] = error
        return result

    def fold_Name(self, node, scope, depth):
        here = (node.lineno, node.col_offset)
        looked = scope
        while looked is not None:
            if node.id in looked.assigned and (looked is scope or not isinstance(looked.node, ast.ClassDef)):
                steps = looked.assigned[node.id]
                before = [s for s in steps if (s[0], s[1]) < here] if looked is scope else steps
                if before:
                    return self.replay(before, node, looked, depth)
            for parameter in looked.parameters():
                if parameter.arg == node.id:
                    return self.argument(looked, parameter, node, depth)
            looked = looked.parent
        raise Unfoldable(node, f"nothing that can be read assigns {node.id}")

    def replay(self, steps, node, scope, depth):
        """The value after an assignment and what was added to it, in the order of the text."""
        start = max((i for i, s in enumerate(steps) if s[2] == "="), default=None)
        if start is None:
            raise Unfoldable(node, "the value is added to, but its first assignment is not seen")
        value = None
        for _, _, kind, its in steps[start:]:
            where = scope
            if isinstance(its, tuple):
                where, its = its
            more = self.fold(its, where, depth)
            if kind == "=":
                value = list(more) if isinstance(more, list) else more
            elif kind == "append" and isinstance(value, list):
                value = value + [more]
            elif kind == "extend" and isinstance(value, list):
                value = value + list(more)
            elif kind == "+=":
                value = self.add(value, more, node)
            else:
                raise Unfoldable(node, "the value is changed in a way that is not followed")
            self.bounded(value, node)
        return value

    def argument(self, scope, parameter, node, depth):
        """What a function's parameter is: as bound by a call that is being followed, by its first call, or its default."""
        if scope.bound is not None:
            call, where = scope.bound
        else:
            found = [
                (c, s) for c, s in self.index.calls
                if dotted(c.func).split(".")[-1] == scope.node.name and s is not scope
            ]
            call, where = found[0] if found else (None, None)
        if call is not None:
            positional = [p.arg for p in scope.node.args.posonlyargs + scope.node.args.args]
            if isinstance(scope.parent.node, ast.ClassDef) and positional[:1] in (["self"], ["cls"]):
                positional = positional[1:]
            for keyword in call.keywords:
                if keyword.arg == parameter.arg:
                    return self.fold(keyword.value, where, depth)
            if parameter.arg in positional and positional.index(parameter.arg) < len(call.args):
                return self.fold(call.args[positional.index(parameter.arg)], where, depth)
        if call is None and scope.node.name == "__init__" and getattr(scope.parent.node, "name", "") == "ModelNew":
            value = self.init_input(parameter, scope, depth)
            if value is not None:
                return value
        arguments = scope.node.args
        plain = arguments.posonlyargs + arguments.args
        for one, default in zip(plain[len(plain) - len(arguments.defaults):], arguments.defaults):
            if one.arg == parameter.arg:
                return self.fold(default, scope.parent, depth)
        for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
            if one.arg == parameter.arg and default is not None:
                return self.fold(default, scope.parent, depth)
        raise Unfoldable(node, f"nothing that can be read passes {parameter.arg}")

    def init_input(self, parameter, scope, depth):
        """A parameter of the model's own initialiser, which KernelBench calls with what get_init_inputs() returns."""
        inputs = self.index.functions.get("get_init_inputs")
        names = [p.arg for p in scope.node.args.posonlyargs + scope.node.args.args][1:]
        if inputs is None or not inputs.returns or parameter.arg not in names:
            return None
        position = names.index(parameter.arg)
        given = inputs.returns[-1]
        if isinstance(given, (ast.List, ast.Tuple)) and position < len(given.elts):
            return self.fold(given.elts[position], inputs, depth)
        return None

    def fold_Attribute(self, node, scope, depth):
        steps = self.index.attributes.assigned.get(node.attr)
        if not steps:
            raise Unfoldable(node, f"only a run of the candidate would tell {dotted(node) or node.attr}")
        owner = scope
        while owner.parent is not None:
            owner = owner.parent
        return self.replay(steps, node, owner, depth)

    def fold_Subscript(self, node, scope, depth):
        value = self.fold(node.value, scope, depth)
        if isinstance(node.slice, ast.Slice):
            ends = [None if e is None else self.fold(e, scope, depth) for e in (node.slice.lower, node.slice.upper)]
            if node.slice.step is None and isinstance(value, (str, list)):
                return value[slice(*ends)]
            raise Unfoldable(node, "a slice of this kind is not read")
        try:
            found = value[self.fold(node.slice, scope, depth)]
        except (TypeError, KeyError, IndexError):
            raise Unfoldable(node, "the subscript is not there") from None
        if isinstance(found, Unfoldable):
            raise found
        return found

    def fold_JoinedStr(self, node, scope, depth):
        return "".join(
            part.value if isinstance(part, ast.Constant) else self.fold(part, scope, depth) for part in node.values
        )

    def fold_FormattedValue(self, node, scope, depth):
        value = self.fold(node.value, scope, depth)
        spec = "" if node.format_spec is None else self.fold(node.format_spec, scope, depth)
        if node.conversion != -1:
            value = {115: str, 114: repr, 97: ascii}[node.conversion](value)
        return self.formatted(value, spec, node)

    def formatted(self, value, spec, node):
        if re.search(r"\d{4}", spec):
            raise Unfoldable(node, "a format this wide is refused")
        try:
            return format(value, spec)
        except (TypeError, ValueError):
            raise Unfoldable(node, "the format does not fit its value") from None

    def fold_IfExp(self, node, scope, depth):
        try:
            chosen = node.body if self.fold(node.test, scope, depth) else node.orelse
        except Unfoldable:
            chosen = node.body
        return self.fold(chosen, scope, depth)

    def fold_UnaryOp(self, node, scope, depth):
        value = self.fold(node.operand, scope, depth)
        if isinstance(node.op, ast.Not):
            return not value
        if isinstance(node.op, ast.USub) and isinstance(value, (int, float)):
            return -value
        raise Unfoldable(node, "an operator of this kind is not read")

    def add(self, left, right, node):
        if isinstance(left, str) and isinstance(right, str) or isinstance(left, list) and isinstance(right, list):
            return left + right
        if isinstance(left, (int, float)) and isinstance(right, (int, float)):
            return left + right
        raise Unfoldable(node, "values of these types are not added")

    def fold_BinOp(self, node, scope, depth):
        # A sum of very many strings is a chain to the left: followed in a loop, not by recursion.
        if isinstance(node.op, ast.Add):
            chain = [node.right]
            left = node.left
            while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
                chain.append(left.right)
                left = left.left
            value = self.fold(left, scope, depth)
            for part in reversed(chain):
                value = self.bounded(self.add(value, self.fold(part, scope, depth), node), node)
            return value
        left, right = self.fold(node.left, scope, depth), self.fold(node.right, scope, depth)
        if isinstance(node.op, ast.Mod) and isinstance(left, str):
            return self.percent(left, right, node)
        if isinstance(node.op, ast.Mult):
            for text, count in ((left, right), (right, left)):
                if isinstance(text, (str, list)) and isinstance(count, int):
                    if count > 0 and len(text) * count > MAX_STRING:
                        raise Unfoldable(node, "a repetition this long is refused")
                    return text * count
        if isinstance(left, (int, float)) and isinstance(right, (int, float)):
            try:
                if isinstance(node.op, ast.Sub):
                    return left - right
                if isinstance(node.op, ast.Mult):
                    return left * right
                if isinstance(node.op, ast.Div):
                    return left / right
                if isinstance(node.op, ast.FloorDiv):
                    return left // right
                if isinstance(node.op, ast.Mod):
                    return left % right
                if isinstance(node.op, (ast.Pow, ast.LShift)) and isinstance(left, int) and isinstance(right, int):
                    if 0 <= right < 64 and abs(left) < 1 << 16:
                        return left**right if isinstance(node.op, ast.Pow) else left << right
            except (ArithmeticError, ValueError):
                raise Unfoldable(node, "the arithmetic fails") from None
        raise Unfoldable(node, "an operator of this kind is not read")

    def percent(self, left, right, node):
        if re.search(r"%[^%a-zA-Z]*(\*|\d{4})", left):
            raise Unfoldable(node, "a format this wide is refused")
        try:
            return left % (tuple(right) if isinstance(right, list) else right)
        except (TypeError, ValueError, KeyError):
            raise Unfoldable(node, "the format does not fit its values") from None

    def fold_Call(self, node, scope, depth):
        name = dotted(node.func)
        short = name.split(".")[-1]
        if short in ("dedent", "str", "int", "list", "tuple", "dict", "cleandoc", "len", "min", "max") and not (
            short in self.index.functions
        ):
            return self.builtin(short, node, scope, depth)
        if isinstance(node.func, ast.Attribute) and short not in self.index.functions:
            return self.string_method(node, scope, depth)
        called = self.index.functions.get(short)
        if called is None or not called.returns:
            raise Unfoldable(node, f"only a run of the candidate would tell what {name or 'this call'} gives")
        saved, called.bound = called.bound, (node, scope)
        try:
            return self.fold(called.returns[-1], called, depth)
        finally:
            called.bound = saved

    def builtin(self, short, node, scope, depth):
        if short == "dict":
            return {k.arg: self.fold(k.value, scope, depth) for k in node.keywords if k.arg}
        values = [self.fold(a, scope, depth) for a in node.args]
        try:
            if short in ("dedent", "cleandoc"):
                return textwrap.dedent(*values) if short == "dedent" else textwrap.dedent(values[0]).strip()
            return {"str": str, "int": int, "list": list, "tuple": list, "len": len, "min": min, "max": max}[short](*values)
        except (TypeError, ValueError, AttributeError, IndexError):
            raise Unfoldable(node, f"{short} does not fit its arguments") from None

    def string_method(self, node, scope, depth):
        method = node.func.attr
        if method in ("substitute", "safe_substitute") and isinstance(node.func.value, ast.Call) and node.func.value.args:
            if dotted(node.func.value.func).split(".")[-1] == "Template":
                template = self.fold(node.func.value.args[0], scope, depth)
                values = {k.arg: self.fold(k.value, scope, depth) for k in node.keywords if k.arg}
                self.multiplies(template.count("$"), values.values(), node)
                return string.Template(template).safe_substitute(values)
        text = self.fold(node.func.value, scope, depth)
        arguments = [self.fold(a, scope, depth) for a in node.args]
        keywords = {k.arg: self.fold(k.value, scope, depth) for k in node.keywords if k.arg}
        if method == "copy" and isinstance(text, (list, dict)):
            return text
        if method == "get" and isinstance(text, dict) and arguments:
            return text.get(arguments[0], arguments[1] if len(arguments) > 1 else None)
        if not isinstance(text, str):
            raise Unfoldable(node, f"{method} is not followed")
        try:
            if method == "format":
                return self.str_format(text, arguments, keywords, node)
            if method == "join" and len(arguments) == 1 and isinstance(arguments[0], list):
                self.multiplies(len(arguments[0]), [text], node)
                return text.join(arguments[0])
            if method == "replace" and len(arguments) in (2, 3):
                hits = len(text) + 1 if arguments[0] == "" else text.count(arguments[0])
                self.multiplies(hits, [arguments[1]], node)
                return text.replace(*arguments)
            if method in PLAIN_METHODS and not keywords and not (method == "expandtabs" and arguments):
                return getattr(text, method)(*arguments)
        except (TypeError, ValueError, IndexError, KeyError, AttributeError):
            raise Unfoldable(node, f"{method} does not fit its arguments") from None
        raise Unfoldable(node, f"{method} is not followed")

    def multiplies(self, count, values, node):
        longest = max((len(v) for v in values if isinstance(v, str)), default=0)
        if count * longest > MAX_STRING:
            raise Unfoldable(node, "a string this long is refused")

    def str_format(self, text, arguments, keywords, node):
        fields = list(string.Formatter().parse(text))
        self.multiplies(len(fields), list(arguments) + list(keywords.values()), node)
        result, position = [], 0
        for literal, field, spec, conversion in fields:
            result.append(literal)
            if field is None:
                continue
            if "{" in (spec or ""):
                raise Unfoldable(node, "a format inside a format is not followed")
            if field == "":
                field, position = str(position), position + 1
            value = arguments[int(field)] if field.isdigit() else keywords[field]
            if conversion:
                value = {"s": str, "r": repr, "a": ascii}[conversion](value)
            result.append(self.formatted(value, spec or "", node))
        return "".join(result)


def texts(value):
    """A string, or a list of strings, as a list."""
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    return None


def read_call(call, scope, folder, problems):
    """One load_inline call; what cannot be told is left out and reported."""
    given, line = {}, call.lineno
    for name, node in zip(PARAMETERS, call.args):
        given[name] = node
    for keyword in call.keywords:
        if keyword.arg is not None:
            given[keyword.arg] = keyword.value
            continue
        try:
            options = folder.fold(keyword.value, scope)
            given.update({k: v for k, v in options.items() if isinstance(k, str)})
        except (Unfoldable, AttributeError) as error:
            problems.append(problem("unfolded", line, f"The options passed with ** could not be read: {reason(error)}."))

    def value(name, default=None):
        node = given.get(name, default)
        if isinstance(node, Unfoldable):
            raise node
        return folder.fold(node, scope) if isinstance(node, ast.AST) else node

    extension = {"line": line, "complete": True}
    for field in ("cpp_sources", "cuda_sources"):
        try:
            found = texts(value(field))
            if found is None:
                raise Unfoldable(given[field], "it is neither a string nor a list of strings")
        except Unfoldable as error:
            found = []
            extension["complete"] = False
            problems.append(problem(
                "unfolded", error.line or line, f"{field} could not be read without running the candidate: {error.reason}."))
        extension[field] = [{"text": text, "line": folder.origins.get(text)} for text in found]
    try:
        functions = value("functions")
        functions = list(functions) if isinstance(functions, dict) else functions
        extension["functions"] = None if functions is None else texts(functions)
    except Unfoldable as error:
        extension["functions"] = None
        extension["complete"] = False
        problems.append(problem(
            "unfolded", error.line or line, f"functions could not be read without running the candidate: {error.reason}."))
    for field in ("extra_cuda_cflags", "extra_cflags"):
        extension[field] = read_flags(given.get(field), field, scope, folder, line, problems)
    for field, default in (("name", ""), ("no_implicit_headers", False)):
        try:
            extension[field] = value(field, default)
        except Unfoldable:
            extension[field] = default
    if not isinstance(extension["name"], str):
        extension["name"] = ""
    extension["no_implicit_headers"] = extension["no_implicit_headers"] is True
    return extension


def read_flags(node, field, scope, folder, line, problems):
    if not isinstance(node, ast.AST):
        return texts(node) or []
    try:
        found = texts(folder.fold(node, scope))
        if found is not None:
            return found
    except Unfoldable:
        pass
    # One flag that depends on the machine must not lose the others.
    flags = []
    for item in node.elts if isinstance(node, (ast.List, ast.Tuple)) else []:
        try:
            flag = folder.fold(item, scope)
            if isinstance(flag, str):
                flags.append(flag)
        except Unfoldable:
            pass
    problems.append(problem("unfolded", getattr(node, "lineno", line), f"Some of {field} could not be read; the others are used."))
    return flags


def reason(error):
    return error.reason if isinstance(error, Unfoldable) else "they are not a dictionary"


def problem(code, line, message):
    return {"code": code, "line": line, "message": message}


def extract(source):
    answer = {"kind": "no-cuda-source", "extensions": [], "problems": []}
    problems = answer["problems"]
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        answer["kind"] = "syntax-error"
        problems.append(problem("syntax-error", error.lineno or 0, f"The candidate is not Python: {error.msg}."))
        return answer
    index = Index()
    index.visit(tree)
    folder = Folder(index)
    files = None
    for call, scope in index.calls:
        name = dotted(call.func)
        short = name.split(".")[-1]
        if name in index.inline_names or (short == "load_inline" and "." in name):
            if len(answer["extensions"]) == MAX_CALLS:
                problems.append(problem("too-many", call.lineno, f"Only the first {MAX_CALLS} calls of load_inline are read."))
                break
            answer["extensions"].append(read_call(call, scope, folder, problems))
        elif name in index.load_names or name.endswith("cpp_extension.load"):
            files = call.lineno
        elif short in ("RawKernel", "RawModule", "ElementwiseKernel") and "cupy" in index.imports:
            problems.append(problem(
                "cupy", call.lineno, "A kernel is given to CuPy, which is not followed here: pass it to load_inline."))
    if any(e["cuda_sources"] or e["cpp_sources"] for e in answer["extensions"]):
        answer["kind"] = "load-inline"
    elif answer["extensions"]:
        answer["kind"] = "unreadable"
    elif files is not None:
        answer["kind"] = "files"
        problems.append(problem(
            "files", files, "The sources are files that load(sources=[...]) names, which is not supported here: use load_inline."))
    elif "triton" in index.imports:
        answer["kind"] = "triton"
        problems.append(problem("triton", 0, "The candidate's kernels are written in Triton, not in CUDA."))
    if answer["kind"] == "no-cuda-source":
        problems.append(problem("no-cuda-source", 0, "The candidate hands no CUDA source to load_inline."))
    return answer


def limit_self():
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, ValueError, OSError):
        pass


def main():
    limit_self()
    warnings.simplefilter("ignore")
    data = sys.stdin.buffer.read(MAX_INPUT + 1)
    failed = {"kind": "syntax-error", "extensions": []}
    try:
        if len(data) > MAX_INPUT:
            answer = dict(failed, kind="unreadable", problems=[problem(
                "too-large", 0, f"The candidate is longer than {MAX_INPUT} bytes.")])
        else:
            answer = extract(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError) as error:
        answer = dict(failed, problems=[problem("syntax-error", 0, f"The candidate is not Python: {error}.")])
    except (RecursionError, MemoryError):
        answer = dict(failed, kind="unreadable", problems=[problem(
            "too-deep", 0, "The candidate is nested too deeply, or too large, to be read.")])
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
