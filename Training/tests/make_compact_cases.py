"""Writes compact_cases.json: inputs chosen by hand, results from `compact_module`, read over by a person when they change."""
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from kernelgen.compact import compact_module  # noqa: E402

SOURCES = [
    'import torch\n\n\nclass Model(nn.Module):\n    """\n    Says # something.\n    """\n    def __init__(self):\n        super().__init__()\n\n    def forward(self, x):  # note\n        return x\n',
    "class A:\n    '''one line'''\n\n    def f(self):\n        '''only this'''\n\n    def g(self):\n        r'''raw \\''' still inside'''\n        return 1\n",
    'x = "# not a comment"  # a comment\ny = \'#\' + "\\"#"  \nz = 1 # end',
    'def f():\n    # first a comment\n    """then the docstring"""\n    return 2\n',
    'def f(a,\n      b,  # second\n\n      c):\n    return (a +\n\n            b +   \n            c)\n',
    'def f(): return 1\ndef g(): "kept, it is behind a header"\nclass E: pass\n',
    'a = 1; b = 2;\n"""bare"""; c = 3\n"bare"\n',
    'import os\r\n\r\ndef f(x):\r\n    """doc\r\n    more\r\n    """\r\n    return x  \r\n',
    'def f(x):\n\t"""doc"""\n\tif x:\n\t\t"nothing else"\n\telse:\n\t\treturn 1\t\n\treturn 2\n',
    'def f():\n    f"bare {1}"\n    rb\'bytes\'\n    u"a" "b"\n    b = r"\\d#"\n    return b\n',
    'total = 1 + \\\n    2 + \\\n    3  # sum\nname = "long \\\nstring"  \n',
    'text = """keeps   \n\n# all\n   of it"""   \nif text:\n    """gone"""\n',
    'class Model(nn.Module):\n    """only a docstring"""\n\n# comment at the left\ndef get_inputs():\n    "a"\n    "b"\n',
    '\n\n# nothing but comments\n\n',
    'def f(x):\n    s = {"a": [1,  # one\n                2],\n         # between\n         "b": 3}\n    """after"""\n    return s["a"][0] if x else s\n\n\n',
    'if x:\n    "doc"\n\n    # comment\n    y = 1\nelse :  # colon then comment\n    "lonely"\nz = lambda: 0\n"tail"',
    'def f(x):\n    return x["]"] + \'[\'\n"""a""" \\\n"""b"""\nv = ("not bare",)\n("bare in brackets is kept")\n',
    '@torch.no_grad()\ndef f(x: torch.Tensor = None) -> "torch.Tensor":\n    \'\'\'a "quoted" word\'\'\'\n    return x\n',
]


def main():
    """Rewrites the file beside this script."""
    cases = [{"source": s, "compact": compact_module(s)} for s in SOURCES]
    with open(os.path.join(HERE, "compact_cases.json"), "w", encoding="utf-8") as out:
        json.dump(cases, out, indent=1, ensure_ascii=False)
        out.write("\n")


if __name__ == "__main__":
    main()
