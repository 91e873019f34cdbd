// Tensors: their descriptions, and what is more than one call of an operator.
#include "state.h"

namespace basic {

State& state() {
    static State* made = new State;
    return *made;
}
std::vector<int64_t> takeForgotten() {
    std::lock_guard<std::mutex> guard(state().lock);
    return std::exchange(state().forgotten, {});
}

TensorImpl* TensorImpl::read(Reader& r, bool arrives) {
    r.word();
    int64_t number = r.word();
    std::lock_guard<std::mutex> guard(state().lock);
    TensorImpl*& known = state().tensors[number];
    // One that another thread is just giving up does not come back.
    bool isAlive = known && known->handles.load() > 0;
    TensorImpl* impl = isAlive ? known : new TensorImpl;
    if (isAlive) retain(impl);
    known = impl;
    impl->number = number;
    if (arrives) impl->arrivals++;
    impl->data = reinterpret_cast<void*>(r.word());
    impl->type = static_cast<c10::ScalarType>(r.word());
    auto deviceType = static_cast<c10::DeviceType>(r.word());
    impl->device = c10::Device(deviceType, static_cast<c10::DeviceIndex>(r.word()));
    int64_t flags = r.word();
    impl->layout = static_cast<c10::Layout>(flags >> 8);
    impl->flags = static_cast<uint8_t>(flags & 255);
    impl->offset = r.word();
    impl->elements = r.word();
    auto rank = static_cast<size_t>(r.word());
    const int64_t* shape = r.position();
    // Lists that somebody looks at stay where they are as long as they say the same.
    if (impl->shape.size() != 2 * rank || !std::equal(shape, shape + 2 * rank, impl->shape.begin()))
        impl->shape.assign(shape, shape + 2 * rank);
    for (size_t i = 0; i < 2 * rank; i++) r.word();
    return impl;
}
void TensorImpl::forget(TensorImpl* impl) noexcept {
    State& all = state();
    std::lock_guard<std::mutex> guard(all.lock);
    auto known = all.tensors.find(impl->number);
    if (known != all.tensors.end() && known->second == impl) all.tensors.erase(known);
    all.forgotten.push_back(impl->number);
    all.forgotten.push_back(impl->arrivals);
    delete impl;
}

void put(Packer& to, const at::Tensor& tensor) {
    if (!tensor.defined()) {
        to.kind(Kind::Absent);
        return;
    }
    to.kind(Kind::Tensor), to.word(tensor.unsafeGetTensorImpl()->number);
}

void undefinedTensor() { throw c10::Error("Expected a proper Tensor but got an undefined tensor"); }
void wrongElement(c10::ScalarType wanted, c10::ScalarType found) {
    throw c10::Error("expected scalar type " + std::string(c10::toString(wanted)) + " but found " + c10::toString(found));
}
void wrongRank(int64_t wanted, int64_t found) {
    throw c10::Error(
        "TensorAccessor expected " + std::to_string(wanted) + " dims but tensor has " + std::to_string(found));
}
void wrongDimension(int64_t asked, int64_t rank) {
    if (!rank)
        throw c10::IndexError("Dimension specified as " + std::to_string(asked) + " but tensor has no dimensions");
    throw c10::IndexError(
        "Dimension out of range (expected to be in range of [" + std::to_string(-rank) + ", " + std::to_string(rank - 1) +
        "], but got " + std::to_string(asked) + ")");
}
void notImplemented(const char* name, c10::ScalarType type) {
    throw c10::NotImplementedError("\"" + std::string(name) + "\" not implemented for '" + c10::toString(type) + "'");
}

}  // namespace basic

namespace at {
using basic::call;
using basic::callForTensor;
using basic::message;

static std::string textOf(const Tensor& tensor) { return call(message('q', "text", tensor)).text(); }
std::string Tensor::toString() const { return (is_cuda() ? "CUDA" : "CPU") + std::string(c10::toString(scalar_type())) + "Type"; }
std::string DeprecatedTypeProperties::toString() const {
    return (is_cuda() ? "CUDA" : "CPU") + std::string(c10::toString(type_)) + "Type";
}
std::ostream& operator<<(std::ostream& to, const DeprecatedTypeProperties& type) { return to << type.toString(); }
std::string Tensor::name() const { return std::string(); }
void Tensor::print() const { std::cout << textOf(*this) << std::endl; }
std::ostream& operator<<(std::ostream& to, const Tensor& tensor) {
    return to << (tensor.defined() ? textOf(tensor) : "[ Tensor (undefined) ]");
}

bool Tensor::is_signed() const {
    ScalarType type = scalar_type();
    return type != ScalarType::Byte && type != ScalarType::Bool && type != ScalarType::UInt16 && type != ScalarType::UInt32 &&
           type != ScalarType::UInt64;
}
// The strides are those that the sizes have when the dimensions lie in memory in this order, the last one densest.
static bool isDense(const Tensor& x, const std::vector<int64_t>& order) {
    int64_t expected = 1;
    for (size_t i = order.size(); i-- > 0;) {
        int64_t size = x.size(order[i]);
        if (size != 1 && x.stride(order[i]) != expected) return false;
        expected *= size;
    }
    return true;
}
bool Tensor::is_contiguous(MemoryFormat format) const {
    if (numel() == 0) return true;
    std::vector<int64_t> order;
    if (format == MemoryFormat::ChannelsLast) {
        if (dim() != 4) return false;
        order = {0, 2, 3, 1};
    } else if (format == MemoryFormat::ChannelsLast3d) {
        if (dim() != 5) return false;
        order = {0, 2, 3, 4, 1};
    } else {
        for (int64_t i = 0; i < dim(); i++) order.push_back(i);
    }
    return isDense(*this, order);
}
bool Tensor::is_non_overlapping_and_dense() const {
    std::vector<int64_t> order;
    for (int64_t i = 0; i < dim(); i++) order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
        return size(a) != 1 && (size(b) == 1 || stride(a) > stride(b));
    });
    return numel() == 0 || isDense(*this, order);
}
MemoryFormat Tensor::suggest_memory_format(bool) const {
    if (dim() == 4 && !is_contiguous() && is_contiguous(MemoryFormat::ChannelsLast)) return MemoryFormat::ChannelsLast;
    if (dim() == 5 && !is_contiguous() && is_contiguous(MemoryFormat::ChannelsLast3d)) return MemoryFormat::ChannelsLast3d;
    return MemoryFormat::Contiguous;
}
const Tensor& Tensor::set_requires_grad(bool on) const {
    callForTensor(message('q', "set_requires_grad", *this, on));
    return *this;
}
Tensor Tensor::grad() const { return callForTensor(message('q', "grad", *this)); }
Tensor Tensor::data() const { return callForTensor(message('q', "data", *this)); }
void Tensor::backward(const Tensor& gradient, std::optional<bool> retain, bool create) const {
    call(message('q', "backward", *this, gradient, retain, create));
}
bool Tensor::equal(const Tensor& other) const { return call(message('q', "equal", *this, other)).position()[1]; }
bool Tensor::allclose(const Tensor& other, double rtol, double atol, bool equal_nan) const {
    return call(message('q', "allclose", *this, other, rtol, atol, equal_nan)).position()[1];
}
Scalar Tensor::item() const {
    basic::Reader reader = call(message('q', "item", *this));
    return basic::takeScalar(reader).value();
}
Tensor Tensor::operator[](const Tensor& at) const { return index({indexing::TensorIndex(at)}); }
indexing::TensorIndex::TensorIndex(Tensor tensor) { basic::put(packed, tensor); }
Tensor& Tensor::assign(const Tensor& value) { return update("copy_", value); }
Tensor& Tensor::assign(const Scalar& value) { return update("fill_", value); }
Tensor& Tensor::update(const char* name, const Tensor& value) {
    callForTensor(message('m', name, *this, value));
    return *this;
}
Tensor& Tensor::update(const char* name, const Scalar& value) {
    callForTensor(message('m', name, *this, value));
    return *this;
}

#define BASIC_OPERATOR(op)                                                                                          \
    Tensor operator op(const Tensor& a, const Tensor& b) { return callForTensor(message('q', "operator" #op, a, b)); } \
    Tensor operator op(const Tensor& a, const Scalar& b) { return callForTensor(message('q', "operator" #op, a, b)); } \
    Tensor operator op(const Scalar& a, const Tensor& b) { return callForTensor(message('q', "operator" #op, a, b)); }
BASIC_OPERATORS(BASIC_OPERATOR)

Tensor from_blob(void* data, IntArrayRef sizes, const TensorOptions& options) {
    return callForTensor(message('q', "from_blob", reinterpret_cast<int64_t>(data), sizes, std::nullopt, options));
}
Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, const TensorOptions& options) {
    return callForTensor(message('q', "from_blob", reinterpret_cast<int64_t>(data), sizes, strides, options));
}
ScalarType result_type(const Tensor& a, const Tensor& b) {
    basic::Reader reader = call(message('q', "result_type", a, b));
    return basic::takeScalarType(reader).value();
}
void manual_seed(uint64_t seed) { call(message('q', "manual_seed", static_cast<int64_t>(seed))); }
AutoGradMode::AutoGradMode(bool on) { before_ = call(message('q', "set_grad_enabled", on)).position()[1]; }
AutoGradMode::~AutoGradMode() {
    try {
        call(message('q', "set_grad_enabled", before_));
    } catch (const c10::Error&) {
        // Python is ending.
    }
}
}  // namespace at
