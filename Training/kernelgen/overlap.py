"""Tells how many problems of a benchmark folder occur in a data set once names and numbers are taken away.

`python -m kernelgen.overlap --kernelbench DIR --data data.jsonl`: DIR holds level*/ folders (or .py files) of problems.
Two problems are the same when their syntax trees are, with docstrings dropped, every name that is not PyTorch's renamed in
order of appearance, and every number 0. Order of definitions counts."""
import argparse
import ast
import glob
import json
import os

_API = {"torch", "nn", "F", "math", "np", "numpy", "super", "len", "range", "int", "float", "bool", "tuple", "list", "str", "self", "print", "isinstance",
        "Model", "forward", "__init__", "get_inputs", "get_init_inputs", "Module", "T"}


class _Normal(ast.NodeTransformer):
    def __init__(self):
        self.names = {}

    def name(self, n):
        return n if n in _API else self.names.setdefault(n, f"n{len(self.names)}")

    def visit_Name(self, node):
        node.id = self.name(node.id)
        return node

    def visit_arg(self, node):
        node.arg, node.annotation = self.name(node.arg), None
        return node

    def visit_Attribute(self, node):
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            node.attr = self.name("self." + node.attr)
        return node

    def visit_Constant(self, node):
        if isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
            node.value = 0
        return node

    def _body(self, node):
        node.body = [s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant) and isinstance(s.value.value, str))] or [ast.Pass()]
        self.generic_visit(node)
        return node

    def visit_ClassDef(self, node):
        node.name = self.name(node.name)
        return self._body(node)

    def visit_FunctionDef(self, node):
        node.name, node.returns = self.name(node.name), None
        return self._body(node)

    visit_Module = _body


def normal(source):
    """The text that two problems share when they are the same but for names and numbers."""
    return ast.dump(_Normal().visit(ast.parse(source)))


def model_only(source):
    """The same for class Model alone, without the sizes and inputs around it."""
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == "Model":
            return ast.dump(_Normal().visit(ast.Module([node], [])))
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernelbench", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--list", action="store_true", help="name the problems found")
    a = parser.parse_args()
    whole, models, verbatim = set(), set(), set()
    with open(a.data, encoding="utf-8") as lines:
        for line in lines:
            d = json.loads(line)
            if d["kind"] == "module":
                whole.add(normal(d["problem"]))
                models.add(model_only(d["problem"]))
                verbatim.add(d["problem"].strip())
    files = sorted(glob.glob(os.path.join(a.kernelbench, "level*", "*.py"))) or sorted(glob.glob(os.path.join(a.kernelbench, "*.py")))
    groups = {}
    for path in files:
        with open(path, encoding="utf-8") as f:
            source = f.read()
        g = groups.setdefault(os.path.basename(os.path.dirname(path)), [0, 0, 0, 0])
        g[0] += 1
        g[1] += source.strip() in verbatim
        g[2] += normal(source) in whole
        if model_only(source) in models:
            g[3] += 1
            if a.list:
                print("class seen:", path)
    for name, (n, v, w, m) in groups.items():
        print(f"{name}: {n} problems; {v} verbatim, {w} equal after normalising, {m} whose class Model alone is equal after normalising")


if __name__ == "__main__":
    main()
