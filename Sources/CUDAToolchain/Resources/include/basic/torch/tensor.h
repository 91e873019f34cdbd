// The tensor as host code sees it.
#pragma once
#include <basic/torch/accessor.h>
#include <basic/torch/dispatch.h>
#include <basic/torch/operator_names.h>
#include <basic/torch/tensor_impl.h>

namespace at {

class Tensor;
using TensorList = c10::ArrayRef<Tensor>;

// What x.type() gives: the old way to ask for a tensor's element type, still used in AT_DISPATCH_… and checks.
class DeprecatedTypeProperties {
public:
    DeprecatedTypeProperties(ScalarType type, Device device) : type_(type), device_(device) {}
    ScalarType scalarType() const { return type_; }
    bool is_cuda() const { return device_.is_cuda(); }
    bool is_sparse() const { return false; }
    Device device() const { return device_; }
    std::string toString() const;
    bool operator==(const DeprecatedTypeProperties& other) const {
        return type_ == other.type_ && device_.type() == other.device_.type();
    }
    bool operator!=(const DeprecatedTypeProperties& other) const { return !(*this == other); }

private:
    ScalarType type_;
    Device device_;
};
std::ostream& operator<<(std::ostream&, const DeprecatedTypeProperties&);

namespace indexing {
enum class EllipsisIndexType { Ellipsis };
constexpr EllipsisIndexType Ellipsis = EllipsisIndexType::Ellipsis;
inline constexpr std::nullopt_t None = std::nullopt;
struct Slice {
    Slice(std::optional<int64_t> start = {}, std::optional<int64_t> stop = {}, std::optional<int64_t> step = {})
        : start(start), stop(stop), step(step) {}
    std::optional<int64_t> start, stop, step;
};
// One place of an index, as it stands in a message.
struct TensorIndex {
    basic::Packer packed;
    TensorIndex(std::nullopt_t) { packed.kind(basic::Kind::None); }
    TensorIndex(EllipsisIndexType) { packed.kind(basic::Kind::Ellipsis); }
    TensorIndex(const char*) { packed.kind(basic::Kind::Ellipsis); }
    // One template, so that a literal 0 is not taken for a null pointer.
    template <typename T, typename = std::enable_if_t<std::is_integral_v<T>>>
    TensorIndex(T value) { basic::put(packed, value); }
    TensorIndex(Slice slice) {
        packed.kind(basic::Kind::Slice);
        basic::put(packed, slice.start), basic::put(packed, slice.stop), basic::put(packed, slice.step);
    }
    TensorIndex(Tensor);
};
inline void put(basic::Packer& to, const TensorIndex& index) {
    to.words.insert(to.words.end(), index.packed.words.begin(), index.packed.words.end());
}
}  // namespace indexing

class Tensor {
public:
    Tensor() : impl_(nullptr) {}
    // Takes over a handle.
    explicit Tensor(basic::TensorImpl* impl) : impl_(impl) {}
    Tensor(const Tensor& other) : impl_(other.impl_) { basic::retain(impl_); }
    Tensor(Tensor&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
    ~Tensor() { basic::release(impl_); }
    Tensor& operator=(const Tensor& other) & {
        Tensor copy(other);
        std::swap(impl_, copy.impl_);
        return *this;
    }
    Tensor& operator=(Tensor&& other) & noexcept {
        std::swap(impl_, other.impl_);
        return *this;
    }
    // x[0] = …: into the elements that x[0] views.
    Tensor& operator=(const Tensor& other) && { return assign(other); }
    Tensor& operator=(Tensor&& other) && { return assign(other); }
    Tensor& operator=(const Scalar& value) && { return assign(value); }
    basic::TensorImpl* unsafeGetTensorImpl() const { return impl_; }
    bool defined() const { return impl_; }
    void reset() { *this = Tensor(); }
    bool is_same(const Tensor& other) const { return impl_ == other.impl_; }
    int64_t dim() const { return impl().dim(); }
    int64_t ndimension() const { return dim(); }
    int64_t numel() const { return impl().elements; }
    int64_t size(int64_t at) const { return impl().shape[place(at)]; }
    int64_t stride(int64_t at) const { return impl().shape[place(at) + dim()]; }
    int64_t sym_size(int64_t at) const { return size(at); }
    IntArrayRef sizes() const { return {impl().shape.data(), static_cast<size_t>(dim())}; }
    IntArrayRef strides() const { return {impl().shape.data() + dim(), static_cast<size_t>(dim())}; }
    IntArrayRef sym_sizes() const { return sizes(); }
    int64_t storage_offset() const { return impl().offset; }
    int64_t element_size() const { return c10::elementSize(impl().type); }
    int64_t itemsize() const { return element_size(); }
    size_t nbytes() const { return static_cast<size_t>(numel() * element_size()); }
    int64_t use_count() const { return impl_ ? impl_->handles.load() : 0; }
    std::string name() const;
    std::string toString() const;
    void print() const;

    ScalarType scalar_type() const { return impl().type; }
    caffe2::TypeMeta dtype() const { return caffe2::TypeMeta::fromScalarType(scalar_type()); }
    DeprecatedTypeProperties type() const { return {scalar_type(), device()}; }
    Device device() const { return impl().device; }
    int64_t get_device() const { return device().is_cuda() ? device().index() : -1; }
    Layout layout() const { return impl().layout; }
    TensorOptions options() const { return TensorOptions(device()).dtype(scalar_type()).layout(layout()); }
    bool is_cuda() const { return device().is_cuda(); }
    bool is_cpu() const { return device().is_cpu(); }
    bool is_meta() const { return device().is_meta(); }
    bool is_sparse() const { return layout() == Layout::Sparse; }
    bool is_leaf() const { return impl().has(basic::TensorImpl::Leaf); }
    bool is_pinned() const { return impl().has(basic::TensorImpl::Pinned); }
    bool is_complex() const { return c10::isComplexType(scalar_type()); }
    bool is_floating_point() const { return c10::isFloatingType(scalar_type()); }
    bool is_signed() const;
    bool is_contiguous(MemoryFormat format = MemoryFormat::Contiguous) const;
    bool is_non_overlapping_and_dense() const;
    bool is_nonzero() const { return item().toBool(); }
    bool has_storage() const { return impl().has(basic::TensorImpl::HasStorage); }
    MemoryFormat suggest_memory_format(bool channelsLastStridesExactMatch = false) const;
    bool requires_grad() const { return impl().has(basic::TensorImpl::RequiresGrad); }
    const Tensor& set_requires_grad(bool) const;
    Tensor grad() const;
    Tensor mutable_grad() const { return grad(); }
    void backward(const Tensor& gradient = {}, std::optional<bool> retain = {}, bool create = false) const;
    Tensor data() const;
    Tensor tensor_data() const { return data(); }
    Tensor variable_data() const { return data(); }
    bool equal(const Tensor&) const;
    bool allclose(const Tensor&, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false) const;

    void* data_ptr() const { return impl().data; }
    const void* const_data_ptr() const { return data_ptr(); }
    void* mutable_data_ptr() const { return data_ptr(); }
    template <typename T>
    T* data_ptr() const {
        checkElement<T>();
        constexpr ScalarType wanted = c10::CppTypeToScalarType<std::remove_const_t<T>>::value;
        if (impl().type != wanted) basic::wrongElement(wanted, impl_->type);
        return static_cast<T*>(impl_->data);
    }
    template <typename T>
    const std::remove_const_t<T>* const_data_ptr() const { return data_ptr<std::remove_const_t<T>>(); }
    template <typename T>
    T* mutable_data_ptr() const { return data_ptr<T>(); }
    template <typename T>
    T* data() const { return data_ptr<T>(); }
    Scalar item() const;
    template <typename T>
    T item() const {
        checkElement<T>();
        return item().to<T>();
    }

    template <typename T, size_t N>
    TensorAccessor<T, N> accessor() const& {
        checkRank(N);
        return {data_ptr<T>(), sizes().data(), strides().data()};
    }
    template <typename T, size_t N, template <typename U> class PtrTraits = DefaultPtrTraits, typename index_t = int64_t>
    GenericPackedTensorAccessor<T, N, PtrTraits, index_t> generic_packed_accessor() const& {
        checkRank(N);
        return {data_ptr<T>(), sizes().data(), strides().data()};
    }
    template <typename T, size_t N, template <typename U> class PtrTraits = DefaultPtrTraits, typename index_t = int64_t>
    GenericPackedTensorAccessor<T, N, PtrTraits, index_t> packed_accessor() const& {
        return generic_packed_accessor<T, N, PtrTraits, index_t>();
    }
    template <typename T, size_t N, template <typename U> class PtrTraits = DefaultPtrTraits>
    PackedTensorAccessor32<T, N, PtrTraits> packed_accessor32() const& {
        TORCH_CHECK(numel() <= INT32_MAX, "numel needs to be smaller than int32_t max; otherwise, please use packed_accessor64");
        return generic_packed_accessor<T, N, PtrTraits, int32_t>();
    }
    template <typename T, size_t N, template <typename U> class PtrTraits = DefaultPtrTraits>
    PackedTensorAccessor64<T, N, PtrTraits> packed_accessor64() const& {
        return generic_packed_accessor<T, N, PtrTraits, int64_t>();
    }

    Tensor index(std::initializer_list<indexing::TensorIndex> all) const { return index(c10::ArrayRef<indexing::TensorIndex>(all)); }
    Tensor index(c10::ArrayRef<indexing::TensorIndex> all) const { return basic::callForTensor(basic::message('q', "index", *this, all)); }
    Tensor index(const std::vector<std::optional<Tensor>>& all) const {
        return basic::callForTensor(basic::message('q', "index_tensors", *this, all));
    }
    Tensor& index_put_(std::initializer_list<indexing::TensorIndex> all, const Tensor& value) { return setIndex(all, value); }
    Tensor& index_put_(std::initializer_list<indexing::TensorIndex> all, const Scalar& value) { return setIndex(all, value); }
    Tensor& index_put_(const std::vector<std::optional<Tensor>>& all, const Tensor& value, bool accumulate = false) {
        basic::call(basic::message('q', "set_index_tensors", *this, all, value, accumulate));
        return *this;
    }
    Tensor operator[](int64_t at) const { return index({indexing::TensorIndex(at)}); }
    Tensor operator[](const Scalar& at) const { return index({indexing::TensorIndex(at.toLong())}); }
    Tensor operator[](const Tensor& at) const;

    Tensor max() const { return basic::callForTensor(basic::message('m', "max", *this)); }
    Tensor max(const Tensor& other) const { return basic::callForTensor(basic::message('m', "max", *this, other)); }
    std::tuple<Tensor, Tensor> max(int64_t dim, bool keepdim = false) const { return basic::callForPair(basic::message('m', "max", *this, dim, keepdim)); }
    Tensor min() const { return basic::callForTensor(basic::message('m', "min", *this)); }
    Tensor min(const Tensor& other) const { return basic::callForTensor(basic::message('m', "min", *this, other)); }
    std::tuple<Tensor, Tensor> min(int64_t dim, bool keepdim = false) const { return basic::callForPair(basic::message('m', "min", *this, dim, keepdim)); }
    Tensor median() const { return basic::callForTensor(basic::message('m', "median", *this)); }
    std::tuple<Tensor, Tensor> median(int64_t dim, bool keepdim = false) const { return basic::callForPair(basic::message('m', "median", *this, dim, keepdim)); }
    std::tuple<Tensor, Tensor> mode(int64_t dim = -1, bool keepdim = false) const { return basic::callForPair(basic::message('m', "mode", *this, dim, keepdim)); }
    std::tuple<Tensor, Tensor> sort(int64_t dim = -1, bool descending = false) const { return basic::callForPair(basic::message('m', "sort", *this, dim, descending)); }
    std::tuple<Tensor, Tensor> topk(int64_t k, int64_t dim = -1, bool largest = true, bool sorted = true) const { return basic::callForPair(basic::message('m', "topk", *this, k, dim, largest, sorted)); }
    std::tuple<Tensor, Tensor> kthvalue(int64_t k, int64_t dim = -1, bool keepdim = false) const { return basic::callForPair(basic::message('m', "kthvalue", *this, k, dim, keepdim)); }
    std::tuple<Tensor, Tensor> cummax(int64_t dim) const { return basic::callForPair(basic::message('m', "cummax", *this, dim)); }
    std::tuple<Tensor, Tensor> cummin(int64_t dim) const { return basic::callForPair(basic::message('m', "cummin", *this, dim)); }
    template <typename... A>
    Tensor var(A&&... a) const { return basic::callForTensor(basic::message('m', "var", *this, a...)); }
    Tensor var(IntArrayRef dims, bool unbiased = true, bool keepdim = false) const {
        return basic::callForTensor(basic::message('m', "var", *this, dims, unbiased, keepdim));
    }
    template <typename... A>
    Tensor std(A&&... a) const { return basic::callForTensor(basic::message('m', "std", *this, a...)); }
    Tensor std(IntArrayRef dims, bool unbiased = true, bool keepdim = false) const {
        return basic::callForTensor(basic::message('m', "std", *this, dims, unbiased, keepdim));
    }
    std::vector<Tensor> chunk(int64_t chunks, int64_t dim = 0) const { return basic::callForList(basic::message('m', "chunk", *this, chunks, dim)); }
    std::vector<Tensor> split(int64_t size, int64_t dim = 0) const { return basic::callForList(basic::message('m', "split", *this, size, dim)); }
    std::vector<Tensor> split(IntArrayRef sizes, int64_t dim = 0) const { return basic::callForList(basic::message('m', "split", *this, sizes, dim)); }
    std::vector<Tensor> split_with_sizes(IntArrayRef sizes, int64_t dim = 0) const { return basic::callForList(basic::message('m', "split_with_sizes", *this, sizes, dim)); }
    std::vector<Tensor> unbind(int64_t dim = 0) const { return basic::callForList(basic::message('m', "unbind", *this, dim)); }
    // The loader keeps every tensor of a call until it ends.
    template <typename... A>
    void record_stream(const A&...) const {}

// A list in braces fits no template parameter, so each name takes one first too.
#define BASIC_METHOD(name)                                                                                    \
    template <typename... A>                                                                                  \
    Tensor name(const A&... a) const { return basic::callForTensor(basic::message('m', #name, *this, a...)); } \
    template <typename... A>                                                                                  \
    Tensor name(IntArrayRef first, const A&... a) const {                                                     \
        return basic::callForTensor(basic::message('m', #name, *this, first, a...));                          \
    }
    BASIC_TENSOR_OPERATORS(BASIC_METHOD)
    BASIC_TENSOR_METHODS(BASIC_METHOD)
#undef BASIC_METHOD

    Tensor operator-() const { return neg(); }
    Tensor operator~() const { return bitwise_not(); }
#define BASIC_UPDATE(op, name)                                   \
    Tensor& operator op(const Tensor& other) { return update(#name, other); } \
    Tensor& operator op(const Scalar& other) { return update(#name, other); }
    BASIC_UPDATE(+=, add_)
    BASIC_UPDATE(-=, sub_)
    BASIC_UPDATE(*=, mul_)
    BASIC_UPDATE(/=, div_)
#undef BASIC_UPDATE

private:
    basic::TensorImpl* impl_;

    basic::TensorImpl& impl() const {
        if (!impl_) basic::undefinedTensor();
        return *impl_;
    }
    size_t place(int64_t at) const {
        int64_t rank = dim();
        if (at < -rank || at >= rank) basic::wrongDimension(at, rank);
        return static_cast<size_t>(at < 0 ? at + rank : at);
    }
    void checkRank(int64_t wanted) const {
        if (dim() != wanted) basic::wrongRank(wanted, dim());
    }
    Tensor& assign(const Tensor&);
    Tensor& assign(const Scalar&);
    Tensor& update(const char* name, const Tensor&);
    Tensor& update(const char* name, const Scalar&);
    template <typename T>
    Tensor& setIndex(std::initializer_list<indexing::TensorIndex> all, const T& value) {
        basic::call(basic::message('q', "set_index", *this, c10::ArrayRef<indexing::TensorIndex>(all), value));
        return *this;
    }
    template <typename T>
    static void checkElement() {
        static_assert(
            c10::impl::IsElement<T>::value,
            "PyTorch has no tensor elements of this C++ type: ask for at::Half or at::BFloat16 and cast the pointer to "
            "__half or __nv_bfloat16; use int64_t for long long");
    }
};

#define BASIC_OPERATOR(op)                            \
    Tensor operator op(const Tensor&, const Tensor&); \
    Tensor operator op(const Tensor&, const Scalar&); \
    Tensor operator op(const Scalar&, const Tensor&);
#define BASIC_OPERATORS(_) _(+) _(-) _(*) _(/) _(%) _(&) _(|) _(^) _(<) _(<=) _(>) _(>=) _(==) _(!=)
BASIC_OPERATORS(BASIC_OPERATOR)
#undef BASIC_OPERATOR
std::ostream& operator<<(std::ostream&, const Tensor&);

// Of a seed of its own, for operators that draw; nothing of it reaches Python, where the default generators are.
struct Generator {};

}  // namespace at
