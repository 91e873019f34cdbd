// The part of PyTorch's C++ interface that the generated host functions use. Memory ends at an unreadable page, new
// memory is NaN, so that reads and writes beside a tensor and missing writes are seen.
#pragma once
#include <cuda_runtime.h>
#include <sys/mman.h>
#include <unistd.h>

namespace torch {
enum Dtype { kFloat32 = 0, kLong = 1, kBool = 2, kFloat = 0 };
inline size_t bytes_of(Dtype t) { return t == kLong ? 8 : t == kBool ? 1 : 4; }

struct TensorOptions {
    Dtype type = kFloat32;
    TensorOptions dtype(Dtype t) const { return {t}; }
};

struct Sizes {
    const std::vector<int64_t> &v;
    std::vector<int64_t> vec() const { return v; }
    operator std::vector<int64_t>() const { return v; }
};

struct Memory {
    char *base = nullptr, *data = nullptr;
    size_t mapped = 0, size = 0;
    explicit Memory(size_t n) : size(n) {
        size_t page = sysconf(_SC_PAGESIZE), body = (n + 31 + page) / page * page;
        mapped = body + 2 * page;
        base = (char *)mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        mprotect(base, page, PROT_NONE);
        mprotect(base + page + body, page, PROT_NONE);
        data = base + page + body - (n + 15) / 16 * 16;
        std::memset(base + page, 0xff, body);
    }
    bool intact() const {
        for (size_t k = size; k < (size + 15) / 16 * 16; k++)
            if ((unsigned char)data[k] != 0xff) return false;
        for (int k = 1; k <= 16; k++)
            if ((unsigned char)data[-k] != 0xff) return false;
        return true;
    }
    ~Memory() {
        if (!intact()) { std::fprintf(stderr, "memory beside a tensor was written\n"); std::abort(); }
        munmap(base, mapped);
    }
};

struct Tensor {
    std::shared_ptr<Memory> memory;
    std::vector<int64_t> shape;
    Dtype type = kFloat32;
    int64_t numel() const { int64_t n = 1; for (auto s : shape) n *= s; return n; }
    int64_t dim() const { return shape.size(); }
    int64_t size(int64_t k) const { return shape.at(k < 0 ? k + dim() : k); }
    Sizes sizes() const { return {shape}; }
    TensorOptions options() const { return {type}; }
    Tensor contiguous() const { return *this; }
    template <typename T> T *data_ptr() const {
        if (sizeof(T) != bytes_of(type)) { std::fprintf(stderr, "data_ptr of the wrong type\n"); std::abort(); }
        return (T *)memory->data;
    }
};

inline Tensor empty(const std::vector<int64_t> &shape, TensorOptions o) {
    Tensor t;
    t.shape = shape;
    t.type = o.type;
    t.memory = std::make_shared<Memory>(t.numel() * bytes_of(o.type));
    return t;
}
inline Tensor zeros(const std::vector<int64_t> &shape, TensorOptions o) {
    Tensor t = empty(shape, o);
    std::memset(t.memory->data, 0, t.memory->size);
    return t;
}
inline Tensor empty_like(const Tensor &x) { return empty(x.shape, x.options()); }
} // namespace torch

struct Raw { void *data; int64_t *shape; int64_t rank, type; };
inline torch::Tensor host_import(const Raw &r) {
    torch::Tensor t = torch::empty(std::vector<int64_t>(r.shape, r.shape + r.rank), {(torch::Dtype)r.type});
    std::memcpy(t.memory->data, r.data, t.memory->size);
    return t;
}
