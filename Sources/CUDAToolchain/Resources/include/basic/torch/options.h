// Devices, layouts, memory formats, lists of sizes, scalars, and the options that a new tensor is made with.
#pragma once
#include <basic/torch/scalar_type.h>

namespace c10 {

template <typename T>
using optional = std::optional<T>;
using std::nullopt;
using nullopt_t = std::nullopt_t;
using std::make_optional;
template <typename T>
using intrusive_ptr = std::shared_ptr<T>;
using string_view = std::string_view;

enum class DeviceType : int8_t { CPU = 0, CUDA = 1, Meta = 14 };
constexpr DeviceType kCPU = DeviceType::CPU;
constexpr DeviceType kCUDA = DeviceType::CUDA;
constexpr DeviceType kMeta = DeviceType::Meta;
using DeviceIndex = int8_t;
std::ostream& operator<<(std::ostream&, DeviceType);

struct Device {
    using Type = DeviceType;
    Device(DeviceType type, DeviceIndex index = -1) : type_(type), index_(index) {}
    Device(const std::string& text);
    Device(const char* text) : Device(std::string(text)) {}
    DeviceType type() const noexcept { return type_; }
    DeviceIndex index() const noexcept { return index_; }
    bool has_index() const noexcept { return index_ >= 0; }
    bool is_cuda() const noexcept { return type_ == DeviceType::CUDA; }
    bool is_cpu() const noexcept { return type_ == DeviceType::CPU; }
    bool is_meta() const noexcept { return type_ == DeviceType::Meta; }
    void set_index(DeviceIndex index) { index_ = index; }
    std::string str() const;
    bool operator==(const Device& other) const noexcept { return type_ == other.type_ && index_ == other.index_; }
    bool operator!=(const Device& other) const noexcept { return !(*this == other); }

private:
    DeviceType type_;
    DeviceIndex index_;
};
std::ostream& operator<<(std::ostream&, const Device&);

enum class Layout : int8_t { Strided, Sparse, SparseCsr };
constexpr Layout kStrided = Layout::Strided;
constexpr Layout kSparse = Layout::Sparse;
enum class MemoryFormat : int8_t { Contiguous, Preserve, ChannelsLast, ChannelsLast3d, NumOptions };
std::ostream& operator<<(std::ostream&, Layout);
std::ostream& operator<<(std::ostream&, MemoryFormat);

namespace impl {
[[noreturn]] void badIndex(int64_t index, int64_t size);
}
template <typename T>
class ArrayRef {
public:
    using value_type = T;
    using iterator = const T*;
    using const_iterator = const T*;
    constexpr ArrayRef() : data_(nullptr), size_(0) {}
    ArrayRef(const T& one) : data_(&one), size_(1) {}
    ArrayRef(const T* data, size_t length) : data_(data), size_(length) {}
    ArrayRef(const T* begin, const T* end) : data_(begin), size_(end - begin) {}
    template <typename A>
    ArrayRef(const std::vector<T, A>& all) : data_(all.data()), size_(all.size()) {}
    template <size_t N>
    ArrayRef(const std::array<T, N>& all) : data_(all.data()), size_(N) {}
    template <size_t N>
    ArrayRef(const T (&all)[N]) : data_(all), size_(N) {}
    ArrayRef(const std::initializer_list<T>& all) : data_(all.begin()), size_(all.size()) {}
    iterator begin() const { return data_; }
    iterator end() const { return data_ + size_; }
    bool empty() const { return size_ == 0; }
    const T* data() const { return data_; }
    size_t size() const { return size_; }
    const T& front() const { return at(0); }
    const T& back() const { return at(size_ - 1); }
    const T& at(size_t index) const {
        if (index >= size_) impl::badIndex(static_cast<int64_t>(index), static_cast<int64_t>(size_));
        return data_[index];
    }
    const T& operator[](size_t index) const { return data_[index]; }
    bool equals(ArrayRef other) const { return size_ == other.size_ && std::equal(begin(), end(), other.begin()); }
    ArrayRef slice(size_t from, size_t length) const { return {data_ + from, length}; }
    ArrayRef slice(size_t from) const { return {data_ + from, size_ - from}; }
    std::vector<T> vec() const { return std::vector<T>(begin(), end()); }

private:
    const T* data_;
    size_t size_;
};
template <typename T>
bool operator==(ArrayRef<T> a, ArrayRef<T> b) { return a.equals(b); }
template <typename T>
bool operator!=(ArrayRef<T> a, ArrayRef<T> b) { return !a.equals(b); }
inline bool operator==(ArrayRef<int64_t> a, const std::vector<int64_t>& b) { return a.equals(b); }
inline bool operator!=(ArrayRef<int64_t> a, const std::vector<int64_t>& b) { return !a.equals(b); }
template <typename T>
std::ostream& operator<<(std::ostream& to, ArrayRef<T> all) {
    to << '[';
    for (size_t i = 0; i < all.size(); i++) to << (i ? ", " : "") << all[i];
    return to << ']';
}
template <typename T>
std::ostream& operator<<(std::ostream& to, const std::vector<T>& all) { return to << ArrayRef<T>(all); }
using IntArrayRef = ArrayRef<int64_t>;
template <typename T>
using OptionalArrayRef = std::optional<ArrayRef<T>>;
using OptionalIntArrayRef = OptionalArrayRef<int64_t>;
using SymInt = int64_t;
using SymIntArrayRef = IntArrayRef;

class Scalar {
public:
    Scalar() : sort_('i') { number_.integer = 0; }
    template <typename T, typename = std::enable_if_t<std::is_arithmetic_v<T> || impl::IsElement<T>::value>>
    Scalar(T value) {
        if constexpr (std::is_same_v<T, bool>) {
            sort_ = 'b', number_.integer = value;
        } else if constexpr (std::is_integral_v<T>) {
            sort_ = 'i', number_.integer = static_cast<int64_t>(value);
        } else if constexpr (std::is_floating_point_v<T>) {
            sort_ = 'd', number_.real = static_cast<double>(value);
        } else if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
            sort_ = 'd', number_.real = static_cast<float>(value);
        } else {
            sort_ = 'c', number_.real = value.real(), imaginary_ = value.imag();
        }
    }
    template <typename T>
    T to() const {
        if constexpr (std::is_same_v<T, bool>) {
            return toBool();
        } else if constexpr (std::is_integral_v<T>) {
            return static_cast<T>(toLong());
        } else if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
            return T(toFloat());
        } else if constexpr (std::is_floating_point_v<T>) {
            return static_cast<T>(toDouble());
        } else {
            using Part = decltype(T().real());
            return T(static_cast<Part>(sort_ == 'c' ? number_.real : toDouble()), static_cast<Part>(imaginary()));
        }
    }
    double toDouble() const;
    float toFloat() const { return static_cast<float>(toDouble()); }
    int toInt() const { return static_cast<int>(toLong()); }
    int64_t toLong() const;
    bool toBool() const { return isFloatingPoint() || isComplex() ? number_.real != 0 : number_.integer != 0; }
    Half toHalf() const { return Half(toFloat()); }
    BFloat16 toBFloat16() const { return BFloat16(toFloat()); }
    bool isFloatingPoint() const { return sort_ == 'd'; }
    bool isIntegral(bool includeBool) const { return sort_ == 'i' || (includeBool && sort_ == 'b'); }
    bool isBoolean() const { return sort_ == 'b'; }
    bool isComplex() const { return sort_ == 'c'; }
    ScalarType type() const;
    Scalar operator-() const;
    double imaginary() const { return sort_ == 'c' ? imaginary_ : 0; }

private:
    // b, i, d or c: bool, integer, floating, complex.
    char sort_;
    union {
        int64_t integer;
        double real;
    } number_;
    double imaginary_ = 0;
};
std::ostream& operator<<(std::ostream&, const Scalar&);

struct TensorOptions {
    TensorOptions() {}
    TensorOptions(Layout value) : layout_(value) {}
    TensorOptions(Device value) : device_(value) {}
    TensorOptions(DeviceType value) : device_(value) {}
    TensorOptions(ScalarType value) : dtype_(value) {}
    TensorOptions(caffe2::TypeMeta value) : dtype_(value.toScalarType()) {}
    TensorOptions(MemoryFormat value) : memory_format_(value) {}
#define BASIC_SET(field, value)   \
    {                             \
        TensorOptions made = *this; \
        made.field = value;       \
        return made;              \
    }
    TensorOptions device(std::optional<Device> value) const BASIC_SET(device_, value)
    TensorOptions device(DeviceType type, DeviceIndex index = -1) const BASIC_SET(device_, Device(type, index))
    TensorOptions device(const char* text) const BASIC_SET(device_, Device(text))
    TensorOptions device(const std::string& text) const BASIC_SET(device_, Device(text))
    TensorOptions device_index(DeviceIndex index) const BASIC_SET(device_, Device(DeviceType::CUDA, index))
    TensorOptions dtype(std::optional<ScalarType> value) const BASIC_SET(dtype_, value)
    TensorOptions dtype(caffe2::TypeMeta value) const BASIC_SET(dtype_, value.toScalarType())
    template <typename T>
    TensorOptions& dtype() {
        dtype_ = CppTypeToScalarType<T>::value;
        return *this;
    }
    TensorOptions layout(std::optional<Layout> value) const BASIC_SET(layout_, value)
    TensorOptions requires_grad(std::optional<bool> value) const BASIC_SET(requires_grad_, value)
    TensorOptions pinned_memory(std::optional<bool> value) const BASIC_SET(pinned_, value)
    TensorOptions memory_format(std::optional<MemoryFormat> value) const BASIC_SET(memory_format_, value)
#undef BASIC_SET
    Device device() const { return device_.value_or(Device(DeviceType::CPU)); }
    caffe2::TypeMeta dtype() const { return caffe2::TypeMeta::fromScalarType(dtype_.value_or(ScalarType::Float)); }
    Layout layout() const { return layout_.value_or(Layout::Strided); }
    bool requires_grad() const { return requires_grad_.value_or(false); }
    bool pinned_memory() const { return pinned_.value_or(false); }
    bool has_device() const { return device_.has_value(); }
    bool has_dtype() const { return dtype_.has_value(); }
    std::optional<Device> device_opt() const { return device_; }
    std::optional<ScalarType> dtype_opt() const { return dtype_; }
    std::optional<Layout> layout_opt() const { return layout_; }
    std::optional<bool> pinned_memory_opt() const { return pinned_; }
    std::optional<bool> requires_grad_opt() const { return requires_grad_; }
    std::optional<MemoryFormat> memory_format_opt() const { return memory_format_; }

private:
    std::optional<Device> device_;
    std::optional<ScalarType> dtype_;
    std::optional<Layout> layout_;
    std::optional<bool> requires_grad_, pinned_;
    std::optional<MemoryFormat> memory_format_;
};
std::ostream& operator<<(std::ostream&, const TensorOptions&);
inline TensorOptions dtype(ScalarType value) { return TensorOptions(value); }
inline TensorOptions dtype(caffe2::TypeMeta value) { return TensorOptions(value); }
template <typename T>
TensorOptions dtype() { return TensorOptions(CppTypeToScalarType<T>::value); }
inline TensorOptions device(Device value) { return TensorOptions(value); }
inline TensorOptions device_index(DeviceIndex index) { return TensorOptions().device_index(index); }
inline TensorOptions layout(Layout value) { return TensorOptions(value); }
inline TensorOptions memory_format(MemoryFormat value) { return TensorOptions(value); }
inline TensorOptions requires_grad(bool value = true) { return TensorOptions().requires_grad(value); }

}  // namespace c10

namespace at {
using c10::ArrayRef;
using c10::Device;
using c10::IntArrayRef;
using c10::MemoryFormat;
using c10::Scalar;
using c10::TensorOptions;
using std::nullopt;
template <typename T>
using optional = std::optional<T>;
}  // namespace at
