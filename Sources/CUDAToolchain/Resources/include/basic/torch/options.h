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
    Device(DeviceType type, DeviceIndex index = -1);
    Device(const std::string& text);
    Device(const char* text);
    DeviceType type() const noexcept;
    DeviceIndex index() const noexcept;
    bool has_index() const noexcept;
    bool is_cuda() const noexcept;
    bool is_cpu() const noexcept;
    void set_index(DeviceIndex);
    std::string str() const;
    bool operator==(const Device&) const noexcept;
    bool operator!=(const Device&) const noexcept;
};
std::ostream& operator<<(std::ostream&, const Device&);

enum class Layout : int8_t { Strided, Sparse, SparseCsr };
constexpr Layout kStrided = Layout::Strided;
constexpr Layout kSparse = Layout::Sparse;
enum class MemoryFormat : int8_t { Contiguous, Preserve, ChannelsLast, ChannelsLast3d, NumOptions };
std::ostream& operator<<(std::ostream&, Layout);
std::ostream& operator<<(std::ostream&, MemoryFormat);

template <typename T>
class ArrayRef {
public:
    using value_type = T;
    using iterator = const T*;
    using const_iterator = const T*;
    constexpr ArrayRef();
    ArrayRef(const T& one);
    ArrayRef(const T* data, size_t length);
    ArrayRef(const T* begin, const T* end);
    template <typename A>
    ArrayRef(const std::vector<T, A>&);
    template <size_t N>
    ArrayRef(const std::array<T, N>&);
    template <size_t N>
    ArrayRef(const T (&)[N]);
    ArrayRef(const std::initializer_list<T>&);
    iterator begin() const;
    iterator end() const;
    bool empty() const;
    const T* data() const;
    size_t size() const;
    const T& front() const;
    const T& back() const;
    const T& at(size_t) const;
    const T& operator[](size_t) const;
    bool equals(ArrayRef) const;
    ArrayRef slice(size_t from, size_t length) const;
    ArrayRef slice(size_t from) const;
    std::vector<T> vec() const;
};
template <typename T>
bool operator==(ArrayRef<T>, ArrayRef<T>);
template <typename T>
bool operator!=(ArrayRef<T>, ArrayRef<T>);
bool operator==(ArrayRef<int64_t>, const std::vector<int64_t>&);
bool operator!=(ArrayRef<int64_t>, const std::vector<int64_t>&);
template <typename T>
std::ostream& operator<<(std::ostream&, ArrayRef<T>);
template <typename T>
std::ostream& operator<<(std::ostream&, const std::vector<T>&);
using IntArrayRef = ArrayRef<int64_t>;
template <typename T>
using OptionalArrayRef = std::optional<ArrayRef<T>>;
using OptionalIntArrayRef = OptionalArrayRef<int64_t>;
using SymInt = int64_t;
using SymIntArrayRef = IntArrayRef;

class Scalar {
public:
    Scalar();
    template <typename T, typename = std::enable_if_t<std::is_arithmetic_v<T> || impl::IsElement<T>::value>>
    Scalar(T value);
    template <typename T>
    T to() const;
    double toDouble() const;
    float toFloat() const;
    int toInt() const;
    int64_t toLong() const;
    bool toBool() const;
    Half toHalf() const;
    BFloat16 toBFloat16() const;
    bool isFloatingPoint() const;
    bool isIntegral(bool includeBool) const;
    bool isBoolean() const;
    bool isComplex() const;
    ScalarType type() const;
    Scalar operator-() const;
};
std::ostream& operator<<(std::ostream&, const Scalar&);

struct TensorOptions {
    TensorOptions();
    TensorOptions(Layout);
    TensorOptions(Device);
    TensorOptions(DeviceType);
    TensorOptions(ScalarType);
    TensorOptions(caffe2::TypeMeta);
    TensorOptions(MemoryFormat);
    TensorOptions device(std::optional<Device>) const;
    TensorOptions device(DeviceType, DeviceIndex index = -1) const;
    TensorOptions device(const char*) const;
    TensorOptions device(const std::string&) const;
    TensorOptions device_index(DeviceIndex) const;
    TensorOptions dtype(std::optional<ScalarType>) const;
    TensorOptions dtype(caffe2::TypeMeta) const;
    template <typename T>
    TensorOptions& dtype();
    TensorOptions layout(std::optional<Layout>) const;
    TensorOptions requires_grad(std::optional<bool>) const;
    TensorOptions pinned_memory(std::optional<bool>) const;
    TensorOptions memory_format(std::optional<MemoryFormat>) const;
    Device device() const;
    caffe2::TypeMeta dtype() const;
    Layout layout() const;
    bool requires_grad() const;
    bool has_device() const;
    bool has_dtype() const;
};
std::ostream& operator<<(std::ostream&, const TensorOptions&);
TensorOptions dtype(ScalarType);
TensorOptions dtype(caffe2::TypeMeta);
template <typename T>
TensorOptions dtype();
TensorOptions device(Device);
TensorOptions device_index(DeviceIndex);
TensorOptions layout(Layout);
TensorOptions memory_format(MemoryFormat);
TensorOptions requires_grad(bool = true);

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
