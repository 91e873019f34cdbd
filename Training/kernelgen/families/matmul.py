"""Matrix products of two arguments: shapes, transposes, batches, vectors, diagonals, triangles."""
from ..answer import Answer
from ..blocks import BLOCK_SUM
from ..chain import Chain, apply, pick_ops
from ..gemm import gemm_grid, gemm_kernel
from ..problem import Problem
from .reduce import _maybe

PAIRS = [("A", "B"), ("A", "B"), ("A", "B"), ("a", "b"), ("x", "y"), ("X", "Y"), ("left", "right"), ("lhs", "rhs"), ("mat1", "mat2"), ("P", "Q"), ("x", "w"), ("input", "weight")]


def _sizes(p, form):
    rng, m = p.rng, p.size.matrix
    if p.small:
        return m(), m(), m()
    if form == "square":
        n = m()
        return n, n, n
    if form == "large_k":
        return rng.choice([128, 256, 512]), rng.choice([128, 256, 512]), rng.choice([65536, 131072, 262144, 524288, 100000])
    if form == "small_k":
        return rng.choice([8192, 16384, 32768, 10000]), rng.choice([8192, 16384, 32768, 12000]), rng.choice([16, 32, 64, 48])
    if form == "tall":
        return rng.choice([16384, 32768, 65536]), rng.choice([16, 32, 64, 128]), rng.choice([16, 32, 64, 512, 32768])
    return m(), m(), m()


def _finish_gemm(p, a, chain, ta, tb, big, dims, **kw):
    pass


def product(rng, small):
    """Two matrices, each plain or transposed."""
    p = Problem(rng, small)
    form = rng.choice(["square", "rect", "rect", "large_k", "small_k", "tall", "transposed", "transposed", "transposed", "symmetric"])
    ta, tb = rng.choice([(1, 0), (0, 1), (1, 1)]) if form == "transposed" else (0, 0)
    if form == "tall" and rng.random() < 0.4:
        ta, tb = rng.choice([(1, 0), (0, 1)])
    a = Answer(p, "matmul")
    A, B = rng.choice(PAIRS)
    p.args += [A, B]
    p.used.update((A, B))
    a.take("tensor", "A", A)
    a.take("tensor", "B", B)
    p.topic = "a product of two matrices"
    M, N, K = _sizes(p, "square" if form == "symmetric" else form)
    if form == "symmetric":
        M = N = K = max(M, 2)
    t = lambda n, on: rng.choice([f"{n}.T", f"{n}.t()", f"{n}.transpose(0, 1)", f"torch.transpose({n}, 0, 1)"] if rng.random() < 0.5 else [f"{n}.T"]) if on else n
    l, r = t(A, ta), t(B, tb)
    text = rng.choice([f"torch.matmul({l}, {r})", f"torch.matmul({l}, {r})", f"{l} @ {r}", f"torch.mm({l}, {r})", f"{l}.matmul({r})", f"{l}.mm({r})"])
    if not ta and not tb and rng.random() < 0.05:
        text = f"torch.einsum('{rng.choice(['ij,jk->ik', 'mk,kn->mn'])}', {A}, {B})"
    chain = Chain(a)
    names = pick_ops(rng, rng.choice([0, 0, 0, 0, 0, 0, 1]))
    split = form == "large_k" and not names
    p.result = apply(p, chain, names, p.fresh(["C", "out"]), text) if names else _maybe(p, text)
    nm, nn_, nk = (["M", "m", "rows"], ["N", "n", "cols"], ["K", "k", "inner"])
    if M == N == K and form in ("square", "symmetric"):
        nm = nn_ = nk = ["N", "n", "size", "dim"]
    dm, dk, dn = p.const(nm, M), p.const(nk, K), p.const(nn_, N)
    kind = rng.choice(["torch.rand", "torch.rand", "torch.randn"])
    sym = "{x} = ({x} + {x}.T) / 2" if form == "symmetric" else None
    p.input(f"{kind}({dk}, {dm})" if ta else f"{kind}({dm}, {dk})", None, sym)
    p.input(f"{kind}({dn}, {dk})" if tb else f"{kind}({dk}, {dn})", None, sym)
    big = rng.random() < 0.5 if small else min(M, N) >= 256
    a.device += chain.device() + gemm_kernel(ta, tb, chain, big, split=split)
    a.host += ["A = A.contiguous();", "B = B.contiguous();", f"int M = A.size({1 if ta else 0}), K = A.size({0 if ta else 1}), N = B.size({0 if tb else 1});",
               f"auto C = torch::{'zeros' if split else 'empty'}({{M, N}}, A.options());",
               f"gemm<<<{gemm_grid(big, '64' if split else '1')}>>>(A.data_ptr<float>(), B.data_ptr<float>(), C.data_ptr<float>(), M, N, K{chain.pass_on()});", "return C;"]
    return p, a


def batched(rng, small):
    """bmm, 3-D x 2-D and 4-D x 2-D products."""
    p = Problem(rng, small)
    form = rng.choice(["bmm", "bmm", "3d", "3d", "4d", "4d"])
    a = Answer(p, "batched_matmul")
    A, B = rng.choice(PAIRS)
    p.args += [A, B]
    p.used.update((A, B))
    a.take("tensor", "A", A)
    a.take("tensor", "B", B)
    p.topic = "a product of tensors"
    M, N, K = (p.size.matrix() if small else rng.choice([64, 128, 256, 512, 768, 1024, 2048, 333]) for _ in range(3))
    bs, bs2 = p.size.few(), p.size.channels()
    big = rng.random() < 0.5 if small else min(M, N) >= 256
    tb = 0
    dims = lambda *q: [p.const(n, v) for n, v in q]
    eb, ei, ej, el, ek = rng.choice(["bijlk", "nhwcd", "abcde", "bhsdo"])
    if form == "bmm":
        tb = rng.random() < 0.2
        Bt = rng.choice([f"{B}.transpose(1, 2)", f"{B}.transpose(-2, -1)", f"{B}.mT"]) if tb else B
        text = rng.choice([f"torch.bmm({A}, {Bt})", f"torch.bmm({A}, {Bt})", f"torch.matmul({A}, {Bt})", f"{A} @ {Bt}", f"{A}.bmm({Bt})"] + ([] if tb else [f"torch.einsum('{eb}{ei}{el},{eb}{el}{ek}->{eb}{ei}{ek}', {A}, {B})"]))
        b_, m_, k_, n_ = dims((["batch_size", "batch", "b"], bs), (["M", "m"], M), (["K", "k"], K), (["N", "n"], N))
        p.input(f"torch.rand({b_}, {m_}, {k_})")
        p.input(f"torch.rand({b_}, {n_}, {k_})" if tb else f"torch.rand({b_}, {k_}, {n_})")
        host = [f"int M = A.size(1), K = A.size(2), N = B.size({1 if tb else 2});", "auto C = torch::empty({A.size(0), M, N}, A.options());"]
    else:
        q = [f"torch.matmul({A}, {B})", f"{A} @ {B}"]
        if form == "3d":
            q.append(f"torch.einsum('{eb}{ei}{el},{el}{ek}->{eb}{ei}{ek}', {A}, {B})")
            lead = [(["N", "batch_size", "b", "B_"], bs), (["M", "m", "seq_len"], M)]
            k2, n2 = dims((["K", "k", "hidden"], K), (["L", "out_dim", "n"], N))
        else:
            e = f"torch.einsum('{eb}{ei}{ej}{el},{el}{ek}->{eb}{ei}{ej}{ek}', {A}, {B})"
            q += [e, e, e]
            lead = [(["b", "batch_size"], bs), (["i", "height"], bs2), (["j", "width"], p.size.spatial())]
            k2, n2 = dims((["l", "K"], K), (["k", "out_features"], N))
        text = rng.choice(q)
        p.input(f"torch.rand({', '.join(dims(*lead))}, {k2})")
        p.input(f"torch.rand({k2}, {n2})")
        host = ["int K = A.size(-1), N = B.size(1), M = A.numel() / K;", "auto s = A.sizes().vec();", "s.back() = N;", "auto C = torch::empty(s, A.options());"]
    chain = Chain(a)
    names = pick_ops(rng, rng.choice([0, 0, 0, 0, 0, 1]))
    p.result = apply(p, chain, names, p.fresh(["C", "out"]), text) if names else _maybe(p, text)
    bat = form == "bmm"
    a.device += chain.device() + gemm_kernel(0, tb, chain, big, batch=bat)
    a.host += ["A = A.contiguous();", "B = B.contiguous();"] + host + [
        f"gemm<<<{gemm_grid(big, 'A.size(0)' if bat else '1')}>>>(A.data_ptr<float>(), B.data_ptr<float>(), C.data_ptr<float>(), M, N, K{chain.pass_on()});", "return C;"]
    return p, a


def special(rng, small):
    """Matrix-vector, diagonal, and triangular products."""
    p = Problem(rng, small)
    form = rng.choice(["vector", "diag", "diag", "upper", "lower", "upper", "lower"])
    A, B = rng.choice(PAIRS[:8])
    p.args += [A, B]
    p.used.update((A, B))
    M, N = p.size.matrix(), p.size.matrix()
    a = Answer(p, {"vector": "matvec", "diag": "diag_matmul"}.get(form, "triangular_matmul"))
    a.take("tensor", "A", A)
    a.take("tensor", "B", B)
    chain = Chain(a)
    if form == "vector":
        K = M if small else rng.choice([4096, 16384, 65536, 131072, 1048576, 262144])
        one = rng.random() < 0.7
        text = rng.choice([f"torch.matmul({A}, {B})", f"{A} @ {B}"] + ([f"torch.mm({A}, {B})"] if one else [f"torch.mv({A}, {B})"]))
        m, k = p.const(["M", "m", "rows"], N), p.const(["K", "k", "cols"], K)
        p.input(f"torch.rand({m}, {k})")
        p.input(f"torch.rand({k}, 1)" if one else f"torch.rand({k})")
        a.device += BLOCK_SUM + ["__global__ void matvec(const float* A, const float* B, float* C, long K) {", "    A += blockIdx.x * K;", "    float v = 0.0f;",
            "    for (long k = threadIdx.x; k < K; k += 256) v += A[k] * B[k];", "    v = block_sum(v);", "    if (threadIdx.x == 0) C[blockIdx.x] = v;", "}", ""]
        a.host += ["A = A.contiguous();", "B = B.contiguous();", "int M = A.size(0);", "long K = A.size(1);",
                   f"auto C = torch::empty({{M{', 1' if one else ''}}}, A.options());",
                   "matvec<<<M, 256>>>(A.data_ptr<float>(), B.data_ptr<float>(), C.data_ptr<float>(), K);", "return C;"]
    elif form == "diag":
        right = rng.random() < 0.15
        d, full = (B, A) if right else (A, B)
        forms = [f"{full} * {d}", f"{full} @ torch.diag({d})"] if right else \
            [f"torch.diag({d}) @ {full}", f"{d}.unsqueeze(1) * {full}", f"{d}[:, None] * {full}", f"torch.matmul(torch.diag({d}), {full})", f"{d}.view(-1, 1) * {full}",
             f"torch.mm(torch.diag({d}), {full})", f"{full} * {d}.unsqueeze(1)", f"torch.diag_embed({d}) @ {full}", f"{d}.diag() @ {full}"]
        text = rng.choice(forms)
        n, m = p.const(["N", "n", "rows"], M), p.const(["M", "m", "cols"], N)
        if right:
            p.input(f"torch.rand({m}, {n})")
            p.input(f"torch.rand({n})")
        else:
            p.input(f"torch.rand({n})")
            p.input(f"torch.rand({n}, {m})")
        value = "A[i] * B[i % N]" if right else "A[i / N] * B[i]"
        src = "A" if right else "B"
        a.device += ["__global__ void scale(const float* A, const float* B, float* C, long n, int N) {",
                     "    for (long i = blockIdx.x * 256L + threadIdx.x; i < n; i += gridDim.x * 256L)", f"        C[i] = {value};", "}", ""]
        a.host += ["A = A.contiguous();", "B = B.contiguous();", f"auto C = torch::empty_like({src});", "long n = C.numel();",
                   f"scale<<<(n + 255) / 256, 256>>>(A.data_ptr<float>(), B.data_ptr<float>(), C.data_ptr<float>(), n, {src}.size(1));", "return C;"]
    else:
        tri = "triu" if form == "upper" else "tril"
        mul = rng.choice([f"torch.matmul({A}, {B})", f"{A} @ {B}", f"torch.mm({A}, {B})"])
        text = rng.choice([f"torch.{tri}({mul})", f"torch.{tri}({mul})", f"({mul}).{tri}()"])
        n = p.const(["N", "n", "M", "size"], M)
        for _ in range(2):
            pre = rng.random() < 0.5
            p.input(f"torch.rand({n}, {n})" if pre else f"torch.{tri}(torch.rand({n}, {n}))", None, f"{{x}} = torch.{tri}({{x}})" if pre else None)
        big = rng.random() < 0.5 if small else M >= 256
        skip = "r <= c" if form == "upper" else "r >= c"
        lines = gemm_kernel(0, 0, chain, big, skip=skip)
        at = [k for k, l in enumerate(lines) if "q = 0; q < K" in l][0]
        lines.insert(at, "    " + ("if (blockIdx.x < blockIdx.y) K = 0;" if form == "upper" else "if (blockIdx.x > blockIdx.y) K = 0;"))
        a.device += lines
        a.host += ["A = A.contiguous();", "B = B.contiguous();", "int M = A.size(0), N = B.size(1), K = A.size(1);", "auto C = torch::empty({M, N}, A.options());",
                   f"gemm<<<{gemm_grid(big)}>>>(A.data_ptr<float>(), B.data_ptr<float>(), C.data_ptr<float>(), M, N, K);", "return C;"]
    p.topic = "a " + form + " product"
    p.result = _maybe(p, text)
    return p, a
