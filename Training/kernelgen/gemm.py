"""The matrix product kernels. Large: 128 x 128 tile per block, 8 x 8 results per thread, strided by 16 so that shared
memory is read without conflicts. Small: the plain 16 x 16 tile."""


def load(transposed, name, row, col, rows, cols):
    """Address text of element (row, col) of a row-major or transposed matrix."""
    return f"{name}[(long){col} * {rows} + {row}]" if transposed else f"{name}[(long){row} * {cols} + {col}]"


def gemm_kernel(ta, tb, chain, big, batch=False, store="C[(long)r * N + c]", value="{v}", skip=None, extra="", split=False):
    """C = A B with A (M x K) and B (K x N), each possibly stored transposed; `value` is what is stored, of {v}, r and c."""
    a = lambda r, k: load(ta, "A", r, k, "M", "K")
    b = lambda k, c: load(tb, "B", k, c, "K", "N")
    head = f"__global__ void gemm(const float* A, const float* B, {extra}float* C, int M, int N, int K{chain.decl()}) {{"
    offset = ["    A += blockIdx.z * (long)M * K;", "    B += blockIdx.z * (long)K * N;", "    C += blockIdx.z * (long)M * N;"] if batch else []
    k_loop = "for (int q = 0; q < K; q += {s})"
    if split:
        k_loop = "for (int q = blockIdx.z * {s}; q < K; q += gridDim.z * {s})"
    if not big:
        w = chain.call(value.format(v="v"))
        put = f"atomicAdd(&{store}, v)" if split else f"{store} = {w}"
        return [head, "    __shared__ float s[16][17], t[16][17];", "    int i = threadIdx.y, j = threadIdx.x;",
                "    int r = blockIdx.y * 16 + i, c = blockIdx.x * 16 + j;"] + offset + ["    float v = 0.0f;", "    " + k_loop.format(s=16) + " {",
                f"        s[i][j] = r < M && q + j < K ? {a('r', '(q + j)')} : 0.0f;", f"        t[i][j] = q + i < K && c < N ? {b('(q + i)', 'c')} : 0.0f;",
                "        __syncthreads();", "        for (int k = 0; k < 16; k++) v += s[i][k] * t[k][j];", "        __syncthreads();", "    }",
                f"    if (r < M && c < N) {put};" if skip is None else f"    if (r < M && c < N) {store} = {skip} ? v : 0.0f;", "}", ""]
    w = chain.call(value.format(v="v[i][j]"))
    put = f"atomicAdd(&{store}, v[i][j])" if split else f"{store} = {w}" if skip is None else f"{store} = {skip} ? v[i][j] : 0.0f"
    la = ("e % 128", "e / 128") if ta else ("e / 8", "e % 8")
    lb = ("e % 8", "e / 8") if tb else ("e / 128", "e % 128")
    return [head, "    __shared__ float s[8][132], t[8][132];", "    int y = threadIdx.x / 16, x = threadIdx.x % 16;",
            "    int m = blockIdx.y * 128, n = blockIdx.x * 128;"] + offset + ["    float v[8][8] = {};", "    " + k_loop.format(s=8) + " {",
            "        for (int e = threadIdx.x; e < 1024; e += 256) {", f"            int i = {la[0]}, k = {la[1]};",
            f"            s[k][i] = m + i < M && q + k < K ? {a('(m + i)', '(q + k)')} : 0.0f;",
            "        }", "        for (int e = threadIdx.x; e < 1024; e += 256) {", f"            int k = {lb[0]}, j = {lb[1]};",
            f"            t[k][j] = q + k < K && n + j < N ? {b('(q + k)', '(n + j)')} : 0.0f;", "        }",
            "        __syncthreads();", "        for (int k = 0; k < 8; k++)", "            for (int i = 0; i < 8; i++)",
            "                for (int j = 0; j < 8; j++) v[i][j] += s[k][y + i * 16] * t[k][x + j * 16];", "        __syncthreads();", "    }",
            "    for (int i = 0; i < 8; i++)", "        for (int j = 0; j < 8; j++) {", "            int r = m + y + i * 16, c = n + x + j * 16;",
            f"            if (r < M && c < N) {put};", "        }", "}", ""]


def gemm_grid(big, z="1"):
    """Launch configuration text."""
    if big:
        return f"dim3((N + 127) / 128, (M + 127) / 128{', ' + z if z != '1' else ''}), 256"
    return f"dim3((N + 15) / 16, (M + 15) / 16{', ' + z if z != '1' else ''}), dim3(16, 16)"
