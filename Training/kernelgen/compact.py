"""The prompt form of a problem: what a small model has to read, and nothing else.

`compact_module(source)` is re-implemented in Swift, so its rule is written down exactly:

1. CRLF and CR become LF.
2. The text is scanned once with three states: code, string literal, comment. A literal starts at ' or " (three equal
   quotes open a triple-quoted one; prefixes such as r, b, f are ordinary code characters in front of it) and ends at the
   same quotes; a backslash inside skips the next character, whatever the prefix. A one-quote literal also ends before a
   line feed that is not skipped. A comment runs from a # in code up to, not including, the line feed; it is removed.
3. A line feed in code ends a *physical line*. It also ends the *logical line* unless the bracket depth (counting ([{ and
   )]} in code, never below zero) is above zero or the last character in front of it is a backslash in code.
4. Blanks, tabs and form feeds at the end of a physical line are removed, except characters inside a literal. A physical
   line without any character left is removed. (Lines inside a triple-quoted literal belong to one physical line.)
5. A logical line is a *bare string* if, literals apart, it holds only blanks, tabs, line feeds, backslashes and the prefix
   letters rRbBuUfF, and it holds at least one literal. Bare strings are removed. Statements behind a semicolon or behind
   `def f():` on the same line are not looked at.
6. A *header* is a logical line whose last code character is a colon (after step 4). If a header is followed by one or more
   removed bare strings and then by the end of the text, or by a logical line that is not indented deeper than the header,
   the first of these bare strings becomes `pass`, with its own indentation. Indentation is the column of the first
   character that is no blank or tab; a tab goes to the next multiple of eight.
7. What is left is joined with LF; there is none at the end.
"""

_BLANK = " \t\f"
_OPEN, _CLOSE = "([{", ")]}"


def _logical_lines(source):
    """Yields (text, bare, header) for each logical line; the text is already without comments and blank lines."""
    s = source.replace("\r\n", "\n").replace("\r", "\n")
    i, n, depth = 0, len(s), 0
    lines, line, keep, rest, literals = [], [], 0, [], 0
    continued = False

    def end_physical():
        nonlocal line, keep
        text = "".join(line)
        stripped = text[:keep] + text[keep:].rstrip(_BLANK)
        if stripped:
            lines.append(stripped)
        line, keep = [], 0

    def end_logical():
        nonlocal lines, rest, literals, last
        text = "\n".join(lines)
        bare = literals > 0 and all(c in " \t\f\n\\rRbBuUfF" for c in rest)
        header = last == ":"
        lines, rest, literals, last = [], [], 0, ""
        return text, bare, header

    last = ""
    while i < n:
        c = s[i]
        if c in "'\"":
            quote = c * 3 if s.startswith(c * 3, i) else c
            j = i + len(quote)
            while j < n and not s.startswith(quote, j):
                if s[j] == "\\":
                    j += 1
                elif s[j] == "\n" and len(quote) == 1:
                    break
                j += 1
            j = min(n, j + len(quote)) if s.startswith(quote, j) else min(j, n)
            line.append(s[i:j])
            keep = sum(map(len, line))
            literals += 1
            last, continued = quote, False
            i = j
        elif c == "#":
            while i < n and s[i] != "\n":
                i += 1
        elif c == "\n":
            end_physical()
            if depth == 0 and not continued:
                if lines:
                    yield end_logical()
            continued = False
            i += 1
        else:
            line.append(c)
            rest.append(c)
            if c in _OPEN:
                depth += 1
            elif c in _CLOSE:
                depth = max(0, depth - 1)
            continued = c == "\\"
            if c not in _BLANK:
                last = c
            i += 1
    end_physical()
    if lines:
        yield end_logical()


def _column(text):
    column = 0
    for c in text:
        if c == " ":
            column += 1
        elif c == "\t":
            column += 8 - column % 8
        else:
            break
    return column


def _indent(text):
    return text[: len(text) - len(text.lstrip(" \t"))]


def compact_module(source):
    """Returns the problem without comments, docstrings, blank lines and trailing white space; see the rule above."""
    out, header, dropped = [], None, None

    def settle(following):
        """Puts `pass` where removing docstrings would leave a header without a body."""
        if header is not None and dropped is not None and (following is None or following <= header):
            out.append(dropped + "pass")

    for text, bare, is_header in _logical_lines(source):
        if bare:
            if dropped is None:
                dropped = _indent(text)
            continue
        settle(_column(text))
        out.append(text)
        header, dropped = (_column(text) if is_header else None), None
    settle(None)
    return "\n".join(out)


def _code_without_comments(text):
    out, i, n = [], 0, len(text)
    while i < n:
        if text.startswith("//", i):
            i = text.find("\n", i)
            if i < 0:
                break
        elif text.startswith("/*", i):
            j = text.find("*/", i + 2)
            i = n if j < 0 else j + 2
        elif text[i] == '"':
            j = i + 1
            while j < n and text[j] != '"':
                j += 2 if text[j] == "\\" else 1
            out.append(text[i:j + 1])
            i = j + 1
        else:
            out.append(text[i])
            i += 1
    return "".join(out)


def _dedent_mixed(text):
    """The first `def` stands at column 0 while the others may be indented as in a class: each function is shifted alone."""
    blocks, shift = [], 0
    for line in text.split("\n"):
        stripped = line.lstrip(" \t")
        if stripped.startswith(("def ", "async def ", "@")):
            shift = len(line) - len(stripped)
        blocks.append(line[min(shift, len(line) - len(stripped)):])
    return "\n".join(blocks)


def compact_program(prompt_text):
    """Returns the compact form of a plain prompt: Python part, kernel signature, dim3 declarations and launches.

    1. CRLF and CR become LF. The Python part runs from the first `def ` to the first `C code begins:`, without white space at
       its end. Each of its lines is shifted left by the indentation of the latest line that starts (after blanks and tabs)
       with `def `, `async def ` or `@`, or by its own indentation where that is less; then rule `compact_module` applies.
    2. In the text behind `C code begins:` comments (// to the end of the line, /* to */) are removed outside "…" literals.
    3. The signature runs from the first `__global__` to, not including, the next `{`.
    4. The text from that `{` on is split at each `;`. A piece that holds `dim3 ` (its last one, not preceded by a letter, digit
       or underscore) gives the text from there; else a piece that holds `<<<` and `>>>` gives the text from the name in front
       of the first `<<<` (letters, digits, `_`, `:`). Both get a `;` at the end.
    5. In 3 and 4 every run of white space becomes one blank, none at the ends. All parts are joined with LF.
    """
    text = prompt_text.replace("\r\n", "\n").replace("\r", "\n")
    mark = text.find("C code begins:")
    start = text.find("def ")
    python = compact_module(_dedent_mixed(text[start:mark].rstrip()))
    code = _code_without_comments(text[mark + len("C code begins:"):])
    out = [python]
    at = code.find("__global__")
    out.append(" ".join(code[at:code.index("{", at)].split()))
    host = code[code.index("{", at):]
    for statement in host.split(";"):
        begin = statement.rfind("dim3 ")
        words = None
        if begin >= 0 and (begin == 0 or not (statement[begin - 1].isalnum() or statement[begin - 1] == "_")):
            words = statement[begin:]
        elif "<<<" in statement and ">>>" in statement:
            k = statement.index("<<<")
            while k > 0 and (statement[k - 1].isalnum() or statement[k - 1] in "_:"):
                k -= 1
            words = statement[k:]
        if words is not None:
            out.append(" ".join(words.split()) + ";")
    return "\n".join(out)
