"""The integer constants of a problem: where they are in its source, and the source with other values in their place."""

import ast
import copy

# Kernel sizes, strides, groups and channel counts of images are smaller than this, and mean something by themselves.
SMALLEST = 16

_INPUT_FUNCTIONS = ("get_inputs", "get_init_inputs")


class Constants:
    """A problem's source, with the integers in it that may decide sizes.

    Those are the module's own names that a number written out is bound to (`N = 2048 * 2`), and the numbers written inside of
    get_inputs and get_init_inputs. A constant has the key `N`, or for a number without a name `line:column`.
    """

    def __init__(self, source: str):
        self._tree = ast.parse(source)
        self.values = {}
        for statement in self._tree.body:
            for key, node in _bindings(statement):
                value = _number(node, key)
                if value is not None:
                    self.values[key] = value
        for function in self._input_functions():
            for node in ast.walk(function):
                if isinstance(node, ast.Constant) and type(node.value) is int and node.value >= SMALLEST:
                    self.values[_place(node)] = node.value

    def _input_functions(self):
        return [
            node for node in self._tree.body if isinstance(node, ast.FunctionDef) and node.name in _INPUT_FUNCTIONS
        ]

    def replaced(self, values: dict) -> ast.Module:
        """The module with other values for some of the constants."""
        tree = copy.deepcopy(self._tree)
        for statement in tree.body:
            for key, node in _bindings(statement):
                if key in values and _number(node, key) is not None:
                    _replace(statement, node, ast.copy_location(ast.Constant(values[key]), node))
        for function in tree.body:
            if isinstance(function, ast.FunctionDef) and function.name in _INPUT_FUNCTIONS:
                for node in ast.walk(function):
                    if isinstance(node, ast.Constant) and _place(node) in values:
                        node.value = values[_place(node)]
        return tree


def _place(node) -> str:
    return f"{node.lineno}:{node.col_offset}"


def _bindings(statement):
    """Names and the expressions bound to them: `a = 1`, `a: int = 1`, `a, b = 1, 2`, `a = b = 1`, `shape = (16, 32)`."""
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets, value = [statement.target], statement.value
    elif isinstance(statement, ast.Assign):
        targets, value = statement.targets, statement.value
    else:
        return
    for target in targets:
        if isinstance(target, ast.Name):
            yield target.id, value
            if isinstance(value, (ast.Tuple, ast.List)):
                for index, element in enumerate(value.elts):
                    yield f"{target.id}[{index}]", element
        elif isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List)):
            for name, element in zip(target.elts, value.elts):
                if isinstance(name, ast.Name):
                    yield name.id, element


def is_batch(key: str) -> bool:
    """Whether a constant counts things that are alike, so that there may be any number of them."""
    return "batch" in key.lower()


def _number(node, key):
    """The value of an expression of integers written out, if it is one that may decide a size."""
    value = _evaluate(node)
    return value if value is not None and value >= (2 if is_batch(key) else SMALLEST) else None


def _evaluate(node):
    if isinstance(node, ast.Constant):
        return node.value if type(node.value) is int else None
    if not isinstance(node, ast.BinOp):
        return None
    left, right = _evaluate(node.left), _evaluate(node.right)
    if left is None or right is None:
        return None
    if isinstance(node.op, ast.Mult):
        return left * right
    if isinstance(node.op, ast.Add):
        return left + right
    if isinstance(node.op, ast.Sub):
        return left - right
    if isinstance(node.op, ast.FloorDiv):
        return left // right if right else None
    if isinstance(node.op, ast.Pow):
        return left**right if 0 <= right <= 64 and abs(left) <= 1 << 20 else None
    if isinstance(node.op, ast.LShift):
        return left << right if 0 <= right <= 64 else None
    return None


def _replace(statement, old, new):
    for parent in ast.walk(statement):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
            elif isinstance(value, list):
                for index, element in enumerate(value):
                    if element is old:
                        value[index] = new
