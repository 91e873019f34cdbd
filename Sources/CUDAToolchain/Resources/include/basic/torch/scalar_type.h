// The element types of tensors, their names, and the C++ type of each.
#pragma once
#include <basic/torch/float_types.h>

namespace c10 {

// name in C++, name in ScalarType
#define BASIC_SCALAR_TYPES(_)    \
    _(uint8_t, Byte)             \
    _(int8_t, Char)              \
    _(int16_t, Short)            \
    _(int, Int)                  \
    _(int64_t, Long)             \
    _(c10::Half, Half)           \
    _(float, Float)              \
    _(double, Double)            \
    _(c10::complex<float>, ComplexFloat)   \
    _(c10::complex<double>, ComplexDouble) \
    _(bool, Bool)                \
    _(c10::BFloat16, BFloat16)   \
    _(uint16_t, UInt16)          \
    _(uint32_t, UInt32)          \
    _(uint64_t, UInt64)

enum class ScalarType : int8_t {
#define BASIC_CASE(type, name) name,
    BASIC_SCALAR_TYPES(BASIC_CASE)
#undef BASIC_CASE
    Undefined,
    NumOptions
};

template <typename T>
struct CppTypeToScalarType;
namespace impl {
template <ScalarType S>
struct ScalarTypeToCPPType;
template <ScalarType S>
using ScalarTypeToCPPTypeT = typename ScalarTypeToCPPType<S>::type;
// PyTorch defines data_ptr, item and accessors for its element types alone: any other links to nothing.
template <typename T>
struct IsElement : std::false_type {};
}  // namespace impl

#define BASIC_TRAITS(T, name)                                                                            \
    template <>                                                                                          \
    struct CppTypeToScalarType<T> : std::integral_constant<ScalarType, ScalarType::name> {};             \
    template <>                                                                                          \
    struct impl::ScalarTypeToCPPType<ScalarType::name> {                                                 \
        using type = T;                                                                                  \
    };                                                                                                   \
    template <>                                                                                          \
    struct impl::IsElement<T> : std::true_type {};
BASIC_SCALAR_TYPES(BASIC_TRAITS)
#undef BASIC_TRAITS

#define BASIC_CONSTANT(T, name) constexpr ScalarType k##name = ScalarType::name;
BASIC_SCALAR_TYPES(BASIC_CONSTANT)
#undef BASIC_CONSTANT

const char* toString(ScalarType);
size_t elementSize(ScalarType);
bool isFloatingType(ScalarType);
bool isIntegralType(ScalarType, bool includeBool);
bool isComplexType(ScalarType);
ScalarType promoteTypes(ScalarType, ScalarType);
std::ostream& operator<<(std::ostream&, ScalarType);

}  // namespace c10

namespace caffe2 {
class TypeMeta {
public:
    TypeMeta() = default;
    template <typename T>
    static TypeMeta Make() { return fromScalarType(c10::CppTypeToScalarType<T>::value); }
    static TypeMeta fromScalarType(c10::ScalarType type) {
        TypeMeta made;
        made.type_ = type;
        return made;
    }
    c10::ScalarType toScalarType() const { return type_; }
    std::string_view name() const;
    size_t itemsize() const { return c10::elementSize(type_); }
    friend bool operator==(TypeMeta a, TypeMeta b) { return a.type_ == b.type_; }
    friend bool operator!=(TypeMeta a, TypeMeta b) { return a.type_ != b.type_; }
    friend bool operator==(TypeMeta a, c10::ScalarType b) { return a.type_ == b; }
    friend bool operator!=(TypeMeta a, c10::ScalarType b) { return a.type_ != b; }
    friend bool operator==(c10::ScalarType a, TypeMeta b) { return a == b.type_; }
    friend bool operator!=(c10::ScalarType a, TypeMeta b) { return a != b.type_; }
    friend std::ostream& operator<<(std::ostream&, TypeMeta);

private:
    c10::ScalarType type_ = c10::ScalarType::Undefined;
};
}  // namespace caffe2

namespace c10 {
inline ScalarType typeMetaToScalarType(caffe2::TypeMeta type) { return type.toScalarType(); }
inline caffe2::TypeMeta scalarTypeToTypeMeta(ScalarType type) { return caffe2::TypeMeta::fromScalarType(type); }
template <typename T>
using opmath_of = std::conditional_t<std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>, float, T>;
}  // namespace c10

namespace at {
using namespace c10;
using c10::BFloat16;
using c10::Half;
using c10::ScalarType;
template <typename T>
using opmath_type = c10::opmath_of<T>;
// Sums on a GPU: half types in float, integers in int64_t. (On the CPU float is summed in double.)
template <typename T, bool is_cuda>
using acc_type = std::conditional_t<
    std::is_integral_v<T> && !std::is_same_v<T, bool>, int64_t,
    std::conditional_t<!is_cuda && std::is_same_v<T, float>, double, c10::opmath_of<T>>>;
}  // namespace at
