// CUDA's threads on the host, for checking kernels: the threads of a block are fibers of one thread, so that barriers and
// shuffles work; blocks run one after another. Only what the generated kernels use is here.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>
#ifdef __x86_64__
// Changes the stack and nothing else; ucontext would make a system call at each change.
extern "C" __attribute__((visibility("hidden"))) void host_switch(void **from, void *to);
asm(".text\n.hidden host_switch\n.globl host_switch\nhost_switch:\n"
    "pushq %rbp\npushq %rbx\npushq %r12\npushq %r13\npushq %r14\npushq %r15\nmovq %rsp, (%rdi)\nmovq %rsi, %rsp\n"
    "popq %r15\npopq %r14\npopq %r13\npopq %r12\npopq %rbx\npopq %rbp\nret\n");
#else
#include <ucontext.h>
#endif

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __restrict__
#define __shared__ static
#define __launch_bounds__(...)

struct dim3 {
    unsigned x, y, z;
    dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};
struct alignas(16) float4 { float x, y, z, w; };
struct alignas(8) float2 { float x, y; };

namespace host {
#ifdef __x86_64__
struct Context {
    void *stack = nullptr;
    void prepare(char *memory, size_t size, void (*entry)()) {
        void **top = (void **)(((uintptr_t)memory + size) & ~(uintptr_t)15);
        *--top = nullptr;
        *--top = (void *)entry;
        for (int k = 0; k < 6; k++) *--top = nullptr;
        stack = top;
    }
    static void change(Context &from, Context &to) { host_switch(&from.stack, to.stack); }
};
#else
struct Context {
    ucontext_t context;
    void prepare(char *memory, size_t size, void (*entry)()) {
        getcontext(&context);
        context.uc_stack.ss_sp = memory;
        context.uc_stack.ss_size = size;
        context.uc_link = nullptr;
        makecontext(&context, entry, 0);
    }
    static void change(Context &from, Context &to) { swapcontext(&from.context, &to.context); }
};
#endif

struct Fiber {
    Context context;
    dim3 thread;
    unsigned linear;
    bool done;
};
struct Barrier {
    unsigned arrived = 0, generation = 0;
};
inline dim3 block_index, block_size, grid_size;
inline std::vector<Fiber> fibers;
inline Fiber *current;
inline Context scheduler;
inline const std::function<void()> *body;
inline Barrier block_barrier, warp_barrier[32];
inline unsigned block_live, warp_live[32];
inline float exchange[1024];
inline bool backwards = false;
inline std::vector<std::unique_ptr<char[]>> stacks;

inline void yield() { Context::change(current->context, scheduler); }

inline void wait(Barrier &barrier, const unsigned &live) {
    unsigned mine = barrier.generation;
    barrier.arrived++;
    while (barrier.generation == mine) {
        if (barrier.arrived >= live) {
            barrier.arrived = 0;
            barrier.generation++;
            return;
        }
        yield();
    }
}

inline void enter() {
    (*body)();
    current->done = true;
    block_live--;
    warp_live[current->linear / 32]--;
    yield();
}

inline void run_block() {
    const unsigned n = block_size.x * block_size.y * block_size.z;
    if (n == 0 || n > 1024) { std::fprintf(stderr, "bad block size %u\n", n); std::abort(); }
    const size_t size = 65536;
    while (stacks.size() < n) stacks.emplace_back(new char[size]);
    fibers.resize(n);
    block_live = n;
    block_barrier = {};
    for (unsigned w = 0; w < 32; w++) { warp_live[w] = w * 32 < n ? std::min(32u, n - w * 32) : 0; warp_barrier[w] = {}; }
    for (unsigned k = 0; k < n; k++) {
        Fiber &f = fibers[k];
        f.linear = k;
        f.thread = dim3(k % block_size.x, k / block_size.x % block_size.y, k / block_size.x / block_size.y);
        f.done = false;
        f.context.prepare(stacks[k].get(), size, enter);
    }
    while (block_live > 0)
        for (unsigned k = 0; k < n; k++) {
            Fiber &f = fibers[backwards ? n - 1 - k : k];
            if (f.done) continue;
            current = &f;
            Context::change(scheduler, f.context);
        }
}

template <typename F> void launch(dim3 grid, dim3 block, const F &call) {
    if (!grid.x || !grid.y || !grid.z || grid.y > 65535 || grid.z > 65535) { std::fprintf(stderr, "bad grid\n"); std::abort(); }
    std::function<void()> f = call;
    body = &f;
    block_size = block;
    grid_size = grid;
    for (unsigned z = 0; z < grid.z; z++)
        for (unsigned y = 0; y < grid.y; y++)
            for (unsigned x = 0; x < grid.x; x++) {
                block_index = dim3(x, y, z);
                run_block();
            }
}
} // namespace host

#define threadIdx (host::current->thread)
#define blockIdx (host::block_index)
#define blockDim (host::block_size)
#define gridDim (host::grid_size)

inline void __syncthreads() { host::wait(host::block_barrier, host::block_live); }
inline float __shfl_xor_sync(unsigned, float v, int mask) {
    unsigned me = host::current->linear, w = me / 32;
    host::exchange[me] = v;
    host::wait(host::warp_barrier[w], host::warp_live[w]);
    float got = host::exchange[me ^ mask];
    host::wait(host::warp_barrier[w], host::warp_live[w]);
    return got;
}
inline float __shfl_up_sync(unsigned, float v, int delta) {
    unsigned me = host::current->linear, w = me / 32;
    host::exchange[me] = v;
    host::wait(host::warp_barrier[w], host::warp_live[w]);
    float got = me % 32 >= (unsigned)delta ? host::exchange[me - delta] : v;
    host::wait(host::warp_barrier[w], host::warp_live[w]);
    return got;
}
inline float __shfl_sync(unsigned, float v, int lane) {
    unsigned me = host::current->linear, w = me / 32;
    host::exchange[me] = v;
    host::wait(host::warp_barrier[w], host::warp_live[w]);
    float got = host::exchange[w * 32 + lane % 32];
    host::wait(host::warp_barrier[w], host::warp_live[w]);
    return got;
}
inline float atomicAdd(float *p, float v) { float old = *p; *p += v; return old; }
inline float rsqrtf(float v) { return 1.0f / std::sqrt(v); }
using std::isinf;
using std::max;
using std::min;
