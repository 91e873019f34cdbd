// The tensor as host code sees it.
#pragma once
#include <basic/torch/accessor.h>
#include <basic/torch/dispatch.h>
#include <basic/torch/operator_names.h>

namespace at {

class Tensor;
using TensorList = c10::ArrayRef<Tensor>;

// What x.type() gives: the old way to ask for a tensor's element type, still used in AT_DISPATCH_… and checks.
class DeprecatedTypeProperties {
public:
    ScalarType scalarType() const;
    bool is_cuda() const;
    bool is_sparse() const;
    std::string toString() const;
    bool operator==(const DeprecatedTypeProperties&) const;
    bool operator!=(const DeprecatedTypeProperties&) const;
};
std::ostream& operator<<(std::ostream&, const DeprecatedTypeProperties&);

namespace indexing {
enum class EllipsisIndexType { Ellipsis };
constexpr EllipsisIndexType Ellipsis = EllipsisIndexType::Ellipsis;
inline constexpr std::nullopt_t None = std::nullopt;
struct Slice {
    Slice(std::optional<int64_t> start = {}, std::optional<int64_t> stop = {}, std::optional<int64_t> step = {});
};
struct TensorIndex {
    TensorIndex(std::nullopt_t);
    TensorIndex(EllipsisIndexType);
    TensorIndex(const char*);
    // One template, so that a literal 0 is not taken for a null pointer.
    template <typename T, typename = std::enable_if_t<std::is_integral_v<T>>>
    TensorIndex(T);
    TensorIndex(Slice);
    TensorIndex(Tensor);
};
}  // namespace indexing

class Tensor {
public:
    Tensor();
    Tensor(const Tensor&);
    Tensor(Tensor&&) noexcept;
    Tensor& operator=(const Tensor&) &;
    Tensor& operator=(Tensor&&) & noexcept;
    // x[0] = …: into the elements that x[0] views.
    Tensor& operator=(const Tensor&) &&;
    Tensor& operator=(Tensor&&) && noexcept;
    Tensor& operator=(const Scalar&) &&;
    bool defined() const;
    void reset();
    bool is_same(const Tensor&) const;
    int64_t dim() const;
    int64_t ndimension() const;
    int64_t numel() const;
    int64_t size(int64_t) const;
    int64_t stride(int64_t) const;
    IntArrayRef sizes() const;
    IntArrayRef strides() const;
    IntArrayRef sym_sizes() const;
    int64_t storage_offset() const;
    int64_t element_size() const;
    int64_t itemsize() const;
    size_t nbytes() const;
    int64_t use_count() const;
    std::string name() const;
    std::string toString() const;
    void print() const;

    ScalarType scalar_type() const;
    caffe2::TypeMeta dtype() const;
    DeprecatedTypeProperties& type() const;
    Device device() const;
    int64_t get_device() const;
    Layout layout() const;
    TensorOptions options() const;
    bool is_cuda() const;
    bool is_cpu() const;
    bool is_sparse() const;
    bool is_leaf() const;
    bool is_pinned() const;
    bool is_complex() const;
    bool is_floating_point() const;
    bool is_signed() const;
    bool is_contiguous(MemoryFormat format = MemoryFormat::Contiguous) const;
    bool is_non_overlapping_and_dense() const;
    bool is_nonzero() const;
    bool has_storage() const;
    MemoryFormat suggest_memory_format(bool channelsLastStridesExactMatch = false) const;
    bool requires_grad() const;
    const Tensor& set_requires_grad(bool) const;
    Tensor& mutable_grad() const;
    const Tensor& grad() const;
    void backward(const Tensor& gradient = {}, std::optional<bool> retain = {}, bool create = false) const;
    Tensor data() const;
    Tensor tensor_data() const;
    Tensor variable_data() const;
    bool equal(const Tensor&) const;
    bool allclose(const Tensor&, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false) const;

    void* data_ptr() const;
    const void* const_data_ptr() const;
    void* mutable_data_ptr() const;
    template <typename T>
    T* data_ptr() const {
        checkElement<T>();
        return nullptr;
    }
    template <typename T>
    const std::remove_const_t<T>* const_data_ptr() const {
        checkElement<std::remove_const_t<T>>();
        return nullptr;
    }
    template <typename T>
    T* mutable_data_ptr() const {
        checkElement<T>();
        return nullptr;
    }
    template <typename T>
    T* data() const {
        checkElement<T>();
        return nullptr;
    }
    Scalar item() const;
    template <typename T>
    T item() const {
        checkElement<T>();
        return T();
    }

    template <typename T, size_t N>
    TensorAccessor<T, N> accessor() const&;
    template <typename T, size_t N, template <typename U> class PtrTraits = DefaultPtrTraits, typename index_t = int64_t>
    GenericPackedTensorAccessor<T, N, PtrTraits, index_t> generic_packed_accessor() const&;
    template <typename T, size_t N, template <typename U> class PtrTraits = DefaultPtrTraits, typename index_t = int64_t>
    GenericPackedTensorAccessor<T, N, PtrTraits, index_t> packed_accessor() const&;
    template <typename T, size_t N, template <typename U> class PtrTraits = DefaultPtrTraits>
    PackedTensorAccessor32<T, N, PtrTraits> packed_accessor32() const&;
    template <typename T, size_t N, template <typename U> class PtrTraits = DefaultPtrTraits>
    PackedTensorAccessor64<T, N, PtrTraits> packed_accessor64() const&;

    Tensor index(std::initializer_list<indexing::TensorIndex>) const;
    Tensor index(c10::ArrayRef<indexing::TensorIndex>) const;
    Tensor index(const std::vector<std::optional<Tensor>>&) const;
    Tensor& index_put_(std::initializer_list<indexing::TensorIndex>, const Tensor&);
    Tensor& index_put_(std::initializer_list<indexing::TensorIndex>, const Scalar&);
    Tensor operator[](int64_t) const;
    Tensor operator[](const Scalar&) const;
    Tensor operator[](const Tensor&) const;

    Tensor max() const;
    Tensor max(const Tensor&) const;
    std::tuple<Tensor, Tensor> max(int64_t dim, bool keepdim = false) const;
    Tensor min() const;
    Tensor min(const Tensor&) const;
    std::tuple<Tensor, Tensor> min(int64_t dim, bool keepdim = false) const;
    Tensor median() const;
    std::tuple<Tensor, Tensor> median(int64_t dim, bool keepdim = false) const;
    std::tuple<Tensor, Tensor> mode(int64_t dim = -1, bool keepdim = false) const;
    std::tuple<Tensor, Tensor> sort(int64_t dim = -1, bool descending = false) const;
    std::tuple<Tensor, Tensor> topk(int64_t k, int64_t dim = -1, bool largest = true, bool sorted = true) const;
    std::tuple<Tensor, Tensor> kthvalue(int64_t k, int64_t dim = -1, bool keepdim = false) const;
    std::tuple<Tensor, Tensor> cummax(int64_t dim) const;
    std::tuple<Tensor, Tensor> cummin(int64_t dim) const;
    template <typename... A>
    Tensor var(A&&...) const;
    Tensor var(IntArrayRef, bool unbiased = true, bool keepdim = false) const;
    template <typename... A>
    Tensor std(A&&...) const;
    Tensor std(IntArrayRef, bool unbiased = true, bool keepdim = false) const;
    std::vector<Tensor> chunk(int64_t chunks, int64_t dim = 0) const;
    std::vector<Tensor> split(int64_t size, int64_t dim = 0) const;
    std::vector<Tensor> split(IntArrayRef sizes, int64_t dim = 0) const;
    std::vector<Tensor> split_with_sizes(IntArrayRef sizes, int64_t dim = 0) const;
    std::vector<Tensor> unbind(int64_t dim = 0) const;
    void record_stream(...) const;

// A list in braces fits no template parameter, so each name takes one first too.
#define BASIC_METHOD(name)           \
    template <typename... A>         \
    Tensor name(const A&...) const;  \
    template <typename... A>         \
    Tensor name(IntArrayRef, const A&...) const;
    BASIC_TENSOR_OPERATORS(BASIC_METHOD)
    BASIC_TENSOR_METHODS(BASIC_METHOD)
#undef BASIC_METHOD

    Tensor operator-() const;
    Tensor operator~() const;
    Tensor& operator+=(const Tensor&);
    Tensor& operator+=(const Scalar&);
    Tensor& operator-=(const Tensor&);
    Tensor& operator-=(const Scalar&);
    Tensor& operator*=(const Tensor&);
    Tensor& operator*=(const Scalar&);
    Tensor& operator/=(const Tensor&);
    Tensor& operator/=(const Scalar&);

private:
    template <typename T>
    static void checkElement() {
        static_assert(
            c10::impl::IsElement<T>::value,
            "PyTorch has no tensor elements of this C++ type: ask for at::Half or at::BFloat16 and cast the pointer to "
            "__half or __nv_bfloat16; use int64_t for long long");
    }
};

#define BASIC_OPERATOR(op)                           \
    Tensor operator op(const Tensor&, const Tensor&); \
    Tensor operator op(const Tensor&, const Scalar&); \
    Tensor operator op(const Scalar&, const Tensor&);
BASIC_OPERATOR(+)
BASIC_OPERATOR(-)
BASIC_OPERATOR(*)
BASIC_OPERATOR(/)
BASIC_OPERATOR(%)
BASIC_OPERATOR(&)
BASIC_OPERATOR(|)
BASIC_OPERATOR(^)
BASIC_OPERATOR(<)
BASIC_OPERATOR(<=)
BASIC_OPERATOR(>)
BASIC_OPERATOR(>=)
BASIC_OPERATOR(==)
BASIC_OPERATOR(!=)
#undef BASIC_OPERATOR
std::ostream& operator<<(std::ostream&, const Tensor&);

struct Generator {};

}  // namespace at
