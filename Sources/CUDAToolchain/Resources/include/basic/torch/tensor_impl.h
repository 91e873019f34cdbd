// What a tensor's handles share: its description, as Python gave it. Python keeps the tensor itself under its number until the
// last handle is gone.
#pragma once
#include <basic/torch/bridge.h>

namespace basic {

struct TensorImpl {
    std::atomic<int64_t> handles{1};
    int64_t number = 0, arrivals = 0;
    void* data = nullptr;
    int64_t offset = 0, elements = 0;
    c10::ScalarType type = c10::ScalarType::Undefined;
    c10::Device device{c10::DeviceType::CPU};
    c10::Layout layout = c10::Layout::Strided;
    uint8_t flags = 0;
    // The sizes, then the strides.
    std::vector<int64_t> shape;

    enum Flag : uint8_t { RequiresGrad = 1, Leaf = 2, Pinned = 4, HasStorage = 8 };
    bool has(Flag flag) const { return flags & flag; }
    int64_t dim() const { return static_cast<int64_t>(shape.size() / 2); }
    // The tensor of a message: the one that is known under its number, described anew, or a new one. One handle is the caller's.
    // A message may be read more than once; Python wants to know how often a tensor arrived.
    static TensorImpl* read(Reader&, bool arrives);
    static void forget(TensorImpl*) noexcept;
};

inline void retain(TensorImpl* impl) {
    if (impl) impl->handles.fetch_add(1, std::memory_order_relaxed);
}
inline void release(TensorImpl* impl) {
    if (impl && impl->handles.fetch_sub(1, std::memory_order_acq_rel) == 1) TensorImpl::forget(impl);
}
// Throws what PyTorch says of a tensor that has not been made.
[[noreturn]] void undefinedTensor();
[[noreturn]] void wrongElement(c10::ScalarType wanted, c10::ScalarType found);
[[noreturn]] void wrongRank(int64_t wanted, int64_t found);
[[noreturn]] void wrongDimension(int64_t asked, int64_t rank);

}  // namespace basic
