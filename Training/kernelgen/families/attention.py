"""Scaled dot-product attention: scores, softmax, weighted sum, as three kernels."""
from ..answer import Answer
from ..blocks import BLOCK_MAX, BLOCK_SUM
from ..chain import Chain
from ..gemm import gemm_grid, gemm_kernel
from ..problem import Problem


def attention(rng, small):
    """F.scaled_dot_product_attention, or written out."""
    p = Problem(rng, small)
    a = Answer(p, "attention")
    q, k, v = rng.choice([("Q", "K", "V"), ("q", "k", "v"), ("query", "key", "value"), ("queries", "keys", "values")])
    p.args += [q, k, v]
    p.used.update((q, k, v))
    for c, n in zip("QKV", (q, k, v)):
        a.take("tensor", c, n)
    p.topic = "attention"
    way = rng.randrange(4)
    if way < 2:
        text = rng.choice([f"F.scaled_dot_product_attention({q}, {k}, {v})", f"torch.nn.functional.scaled_dot_product_attention({q}, {k}, {v})"])
    else:
        s, w = p.fresh(["scores", "att", "logits"]), p.fresh(["weights", "probs", "attn"])
        mm = rng.choice([f"torch.matmul({q}, {k}.transpose(-2, -1))", f"{q} @ {k}.transpose(-2, -1)"])
        d = rng.choice([f"math.sqrt({q}.size(-1))", f"{q}.shape[-1] ** 0.5", f"({q}.size(-1) ** 0.5)"])
        p.body.append(f"{s} = {mm} / {d}")
        p.body.append(f"{w} = {rng.choice([f'torch.softmax({s}, dim=-1)', f'F.softmax({s}, dim=-1)'])}")
        text = rng.choice([f"torch.matmul({w}, {v})", f"{w} @ {v}"])
    if rng.random() < 0.5:
        p.body.append(f"out = {text}")
        text = "out"
    p.result = text
    roles = [(["batch_size", "batch", "B"], p.size.few()), (["num_heads", "heads", "H"], rng.choice([2, 3] if small else [4, 8, 12, 16, 32])),
             (["sequence_length", "seq_len", "T"], rng.choice([5, 17, 33] if small else [128, 256, 512, 1024])),
             (["embedding_dimension", "head_dim", "D", "dim"], rng.choice([3, 8, 20] if small else [32, 64, 128, 1024]))]
    if rng.random() < 0.25:
        roles.pop(1)
    dims = p.dims(roles)
    kind = rng.choice(["torch.rand", "torch.randn"])
    for _ in range(3):
        p.input(f"{kind}({dims})")
    one = gemm_kernel(0, 1, Chain(a), False, batch=True)
    two = gemm_kernel(0, 0, Chain(a), False, batch=True)
    one = [l.replace("gemm(", "scores(") for l in one]
    two = [l.replace("gemm(", "mix(") for l in two]
    soft = BLOCK_SUM + BLOCK_MAX + ["__global__ void softmax(float* x, int r, float scale) {", "    x += blockIdx.x * (long)r;", "    float m = -INFINITY, v = 0.0f;",
        "    for (int k = threadIdx.x; k < r; k += 256) m = fmaxf(m, x[k] * scale);", "    m = block_max(m);",
        "    for (int k = threadIdx.x; k < r; k += 256) {", "        x[k] = expf(x[k] * scale - m);", "        v += x[k];", "    }", "    v = block_sum(v);",
        "    for (int k = threadIdx.x; k < r; k += 256) x[k] /= v;", "}", ""]
    a.device += one + soft + two
    a.host += ["Q = Q.contiguous();", "K = K.contiguous();", "V = V.contiguous();", "int T = Q.size(-2), S = K.size(-2), D = Q.size(-1), E = V.size(-1);",
               "long n = Q.numel() / T / D;", "auto s = torch::empty({n, T, S}, Q.options());", "auto sizes = Q.sizes().vec();", "sizes.back() = E;",
               "auto y = torch::empty(sizes, Q.options());",
               "scores<<<dim3((S + 15) / 16, (T + 15) / 16, n), dim3(16, 16)>>>(Q.data_ptr<float>(), K.data_ptr<float>(), s.data_ptr<float>(), T, S, D);",
               "softmax<<<n * T, 256>>>(s.data_ptr<float>(), S, 1.0f / sqrtf(D));",
               "mix<<<dim3((E + 15) / 16, (T + 15) / 16, n), dim3(16, 16)>>>(s.data_ptr<float>(), V.data_ptr<float>(), y.data_ptr<float>(), T, E, S);", "return y;"]
    return p, a
