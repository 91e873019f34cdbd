"""Pieces of CUDA that several families share. Names are the same everywhere: x input, y output, v value, i index,
r reduced length, inner stride of the reduced dimension, o output index, f point-wise tail."""

BLOCK_SUM = """__device__ float block_sum(float v) {
    __shared__ float s[8];
    for (int d = 16; d > 0; d >>= 1) v += __shfl_xor_sync(0xffffffff, v, d);
    __syncthreads();
    if (threadIdx.x % 32 == 0) s[threadIdx.x / 32] = v;
    __syncthreads();
    v = s[0];
    for (int k = 1; k < 8; k++) v += s[k];
    return v;
}
""".split("\n")

BLOCK_MAX = """__device__ float block_max(float v) {
    __shared__ float s[8];
    for (int d = 16; d > 0; d >>= 1) v = fmaxf(v, __shfl_xor_sync(0xffffffff, v, d));
    __syncthreads();
    if (threadIdx.x % 32 == 0) s[threadIdx.x / 32] = v;
    __syncthreads();
    v = s[0];
    for (int k = 1; k < 8; k++) v = fmaxf(v, s[k]);
    return v;
}
""".split("\n")


def block_reduce(name, combine):
    """A block-wide reduction; `combine` uses v and u."""
    return [f"__device__ float {name}(float v) {{", "    __shared__ float s[8];",
            "    for (int d = 16; d > 0; d >>= 1) {", "        float u = __shfl_xor_sync(0xffffffff, v, d);",
            f"        v = {combine};", "    }", "    __syncthreads();",
            "    if (threadIdx.x % 32 == 0) s[threadIdx.x / 32] = v;", "    __syncthreads();", "    v = s[0];",
            "    for (int k = 1; k < 8; k++) {", "        float u = s[k];", f"        v = {combine};", "    }", "    return v;", "}", ""]


def pointwise_kernel(chain, vector, inputs=1, index=None):
    """The map over n elements: float4 with a tail, or one element per step of a grid-stride loop."""
    names = ["x", "u"][:inputs]
    decl = ", ".join(f"const float* {n}" for n in names)
    head = f"__global__ void kernel({decl}, float* y, long n{chain.decl()}) {{"
    if vector:
        def lane(l):
            extra = "".join(f", {n}4.{l}" for n in names[1:])
            args = chain.call(f"v.{l}" + extra)
            return f"v.{l} = {args};"
        loads = ["        float4 v = *(const float4*)(x + i);"] + [f"        float4 {n}4 = *(const float4*)({n} + i);" for n in names[1:]]
        tail = chain.call("x[i]" + "".join(f", {n}[i]" for n in names[1:]))
        return [head, "    long i = (blockIdx.x * 256L + threadIdx.x) * 4;", "    if (i + 3 < n) {"] + loads + \
            ["        " + lane(l) for l in "xyzw"] + ["        *(float4*)(y + i) = v;", "    } else {",
             f"        for (; i < n; i++) y[i] = {tail};", "    }", "}", ""]
    body = chain.call("x[i]" + "".join(f", {n}[i]" for n in names[1:]))
    return [head, "    for (long i = blockIdx.x * 256L + threadIdx.x; i < n; i += gridDim.x * 256L)",
            f"        y[i] = {body};", "}", ""]


def pointwise_launch(chain, vector, extra=""):
    grid = "(n + 1023) / 1024" if vector else "(n + 255) / 256"
    return f"kernel<<<{grid}, 256>>>(x.data_ptr<float>(){extra}, y.data_ptr<float>(), n{chain.pass_on()});"
