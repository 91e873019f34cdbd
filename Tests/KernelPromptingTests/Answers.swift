import KernelBench
import KernelPrompting
import Testing

/// An answer as models write them, and what is to come of it.
struct Answer: Sendable, CustomTestStringConvertible {
  let name: String
  let text: String
  var kind = Problem.Kind.module
  var prefix = ""
  /// The code; `nil` if there is none.
  let code: String?
  var language = CodeLanguage.python
  var isTruncated = false
  /// A part of a note or of the reason.
  var note: String?

  var testDescription: String { name }
}

let model = """
  import torch
  import torch.nn as nn
  from torch.utils.cpp_extension import load_inline

  source = r\"\"\"
  __global__ void twice(const float* x, float* y, int n) {
      int i = blockIdx.x * blockDim.x + threadIdx.x;
      if (i < n) y[i] = 2.0f * x[i];
  }
  \"\"\"

  ext = load_inline(name="twice", cpp_sources="", cuda_sources=source, functions=["twice"])

  class ModelNew(nn.Module):
      def forward(self, x):
          return ext.twice(x)

  """

let kernel = """
  #define BLOCK 256
  __global__ void twice(const float* x, float* y, int n) {
      int i = blockIdx.x * BLOCK + threadIdx.x;
      if (i < n) y[i] = 2.0f * x[i];
  }

  """

let mainFunction = """
  #include <cstdio>
  int main() {
      twice<<<4, 256>>>(x, y, 1000);
      return 0;
  }

  """

private let other = """
  import torch
  class ModelNew(torch.nn.Module):
      pass

  """

private let noKernel = "It has no CUDA kernel."

private func indented(_ text: String, by indentation: String) -> String {
  text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : indentation + $0 }
    .joined(separator: "\n")
}

let moduleAnswers: [Answer] = [
  Answer(name: "one fence", text: "```python\n\(model)```", code: model),
  Answer(
    name: "prose around a fence", text: "Sure! Here's my take.\n\n```python\n\(model)```\n\nIt doubles each element.",
    code: model),
  Answer(name: "a fence without a language", text: "```\n\(model)```\n", code: model),
  Answer(name: "a tilde fence", text: "~~~python\n\(model)~~~\n", code: model),
  Answer(name: "a longer fence", text: "````py\n\(model)````\n", code: model),
  Answer(name: "attributes on the fence", text: "```Python title=\"model_new.py\" {1-3}\n\(model)```", code: model),
  Answer(name: "a Pandoc fence", text: "```{.python .numberLines}\n\(model)```", code: model),
  Answer(name: "a file name on the fence", text: "```python:model_new.py\n\(model)```", code: model),
  Answer(name: "Windows line ends", text: "```python\n\(model)```".replacing("\n", with: "\r\n"), code: model),
  Answer(
    name: "an indented fence in a list",
    text: "1. The file:\n\n   ```python\n\(indented(model, by: "   "))   ```\n2. Done.",
    code: model),
  Answer(name: "a fence behind prose on its line", text: "The code: ```python\n\(model)```", code: model),
  Answer(name: "a closing fence behind code", text: "```python\n\(model.dropLast())```\nDone.", code: model),
  Answer(name: "a closing fence before prose", text: "```python\n\(model)``` That was it.", code: model),
  Answer(
    name: "a first try and a better one",
    text: "```python\n\(other)```\nWait, this lacks the kernel.\n```python\n\(model)```",
    code: model),
  Answer(
    name: "a complete one and then one that breaks off",
    text: "```python\n\(model)```\nOr else:\n```python\n\(other)y = [1,", code: model),
  Answer(
    name: "an example of its use behind the answer",
    text: "```python\n\(model)```\nUse it so:\n```python\nm = ModelNew().cuda()\n```\n```bash\npip install torch\n```",
    code: model),
  Answer(
    name: "the problem repeated before the answer",
    text: "You gave\n```python\n\(moduleSource)```\nand I give\n```python\n\(model)```", code: model),
  Answer(name: "no fence at all", text: model, code: model),
  Answer(
    name: "prose around code without fences",
    text:
      "From what I see (don't worry :( ), one kernel is enough.\n\n\(model)\nThis doesn't need shared memory.\n- fast\n",
    code: model),
  Answer(
    name: "code without fences before Markdown", text: "\(model)\n**Notes**\n\n1. It is fast.\n", code: model),
  Answer(
    name: "a string before the imports, without fences", text: "Here:\nkernel = '__global__ void f() {}'\n\(other)",
    code: "kernel = '__global__ void f() {}'\n\(other)"),
  Answer(name: "a closing fence alone", text: "\(model)```\nI hope this helps.", code: model),
  Answer(
    name: "thinking first", text: "<think>\nMaybe\n```python\n\(other)```\n</think>\n\n```python\n\(model)```",
    code: model),
  Answer(
    name: "thinking whose start was in the prompt", text: "Let me see…\n</think>\n```python\n\(model)```", code: model),
  Answer(
    name: "thinking that does not end", text: "<think>\nLet me write it:\n```python\n\(model)```\nBut is it right",
    code: model,
    note: "from the model's reasoning"),
  Answer(
    name: "thinking and no code", text: "<think>First, the grid. Then", code: nil, note: "nothing but reasoning"),
  Answer(
    name: "a fence in a string",
    text: "```python\n\(model)text = \"\"\"\n```\nnot the end\n```\n\"\"\"\n```\nThe end.",
    code: model + "text = \"\"\"\n```\nnot the end\n```\n\"\"\"\n"),
  Answer(
    name: "a string that does not end", text: "```python\n\(other)s = '''\n```\nAgain:\n```python\n\(model)```",
    code: model),
  Answer(
    name: "an answer that breaks off", text: "```python\n\(model.dropLast(12))", code: model.dropLast(12) + "\n",
    isTruncated: true),
  Answer(
    name: "an answer that breaks off without a fence", text: model + "x = foo(1,\n", code: model + "x = foo(1,\n",
    isTruncated: true),
  Answer(
    name: "a fence left open before the next", text: "```python\nimport torch\n\nNo, rather:\n```python\n\(model)```",
    code: model),
  Answer(
    name: "entities of HTML",
    text:
      "```python\nimport torch\ns = &quot;&quot;&quot;\n#include &lt;a.h&gt;\n__global__ void f() { a &amp;&amp; b; }\n"
      + "&quot;&quot;&quot;\nclass ModelNew:\n    pass\n```",
    code:
      "import torch\ns = \"\"\"\n#include <a.h>\n__global__ void f() { a && b; }\n\"\"\"\nclass ModelNew:\n    pass\n",
    note: "HTML"),
  Answer(
    name: "CUDA and Python in fences of their own",
    text: "The kernel:\n```cuda\n\(kernel)```\nThe module:\n```python\nimport torch\n"
      + "from torch.utils.cpp_extension import load_inline\next = load_inline(name='t', cpp_sources='', cuda_sources=[cuda_src])\n"
      + "class ModelNew(torch.nn.Module):\n    pass\n```",
    code: "cuda_src = r\"\"\"\n\(kernel)\"\"\"\n\nimport torch\nfrom torch.utils.cpp_extension import load_inline\n"
      + "ext = load_inline(name='t', cpp_sources='', cuda_sources=[cuda_src])\nclass ModelNew(torch.nn.Module):\n    pass\n",
    note: "cuda_src"),
  Answer(
    name: "a module in two fences",
    text: "First the extension:\n```python\nimport torch\nk = '__global__ void f() {}'\n```\nThen the class:\n"
      + "```python\nclass ModelNew(torch.nn.Module):\n    pass\n```",
    code: "import torch\nk = '__global__ void f() {}'\n\nclass ModelNew(torch.nn.Module):\n    pass\n", note: "joined"),
  Answer(
    name: "PyTorch alone", text: "```python\n\(other)```", code: other, note: noKernel),
  Answer(
    name: "a class of another name", text: "```python\n\(model.replacing("ModelNew", with: "FastModel"))```",
    code: model.replacing("ModelNew", with: "FastModel"), note: "without a class ModelNew"),
  Answer(
    name: "only the kernel", text: "Just use this:\n```cpp\n\(kernel)```", code: kernel, language: .cuda,
    note: "without the Python module"),
  Answer(
    name: "a continuation that stopped at its fence", text: String(model.dropLast()), prefix: "```python\n", code: model
  ),
  Answer(
    name: "a continuation that went on", text: "\(model)```\n\n## Problem 3\n\n```python\n\(moduleSource)```",
    prefix: "```python\n", code: model),
  Answer(
    name: "a continuation that broke off", text: String(model.prefix(200)), prefix: "```python\n",
    code: String(model.prefix(200)) + "\n", isTruncated: true, note: "without a class ModelNew"),
  Answer(name: "a refusal", text: "I'm sorry, but I can't write that kernel for you.", code: nil, note: "no code"),
  Answer(name: "nothing", text: " \n\t", code: nil, note: "empty"),
  Answer(
    name: "a question with a command", text: "Which GPU?\n```bash\nnvidia-smi\n```", code: nil,
    note: "no class ModelNew"),
  Answer(
    name: "a class that is only talked about", text: "You need a class ModelNew and a __global__ function.", code: nil,
    note: "no code"),
]

let programAnswers: [Answer] = [
  Answer(
    name: "a program", text: "```cuda\n\(kernel)\n\(mainFunction)```", kind: .plainPrompt,
    code: kernel + "\n" + mainFunction, language: .cuda),
  Answer(name: "a kernel alone", text: kernel, kind: .plainPrompt, code: kernel, language: .cuda),
  Answer(
    name: "a kernel between prose", text: "Here you go:\n\n\(kernel)\nIt uses one thread per element.",
    kind: .plainPrompt,
    code: kernel, language: .cuda),
  Answer(
    name: "a kernel that breaks off", text: String(kernel.dropLast(4)), kind: .plainPrompt,
    code: kernel.dropLast(4) + "\n", language: .cuda, isTruncated: true),
  Answer(
    name: "kernel and main in fences of their own",
    text: "```cpp\n\(kernel)```\nand\n```cpp\n\(mainFunction)```\nRun:\n```sh\nnvcc a.cu\n```", kind: .plainPrompt,
    code: kernel + "\n" + mainFunction, language: .cuda, note: "joined"),
  Answer(
    name: "a whole program and then the kernel again",
    text: "```cpp\n\(kernel)\n\(mainFunction)```\nThe heart of it:\n```cpp\n\(kernel)```", kind: .plainPrompt,
    code: kernel + "\n" + mainFunction, language: .cuda),
  Answer(
    name: "Python where a program was asked for", text: "```python\n\(model)```", kind: .plainPrompt, code: model,
    note: "not a CUDA program"),
  Answer(name: "a refusal", text: "No.", kind: .plainPrompt, code: nil, note: "no code"),
  Answer(
    name: "a comment that tells of a kernel", text: "```cpp\n// __global__ void f() {}\nint f();\n```",
    kind: .plainPrompt,
    code: nil, note: "no __global__ function"),
]
