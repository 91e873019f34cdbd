// The parts of the light headers that need no template and talk to nobody: element types, devices, scalars, errors.
#include <basic/torch/tensor.h>

namespace c10 {

Error::Error(std::string message) : message_(std::move(message)) {}
Error::~Error() = default;
const char* Error::what() const noexcept { return message_.c_str(); }
ValueError::~ValueError() = default;
IndexError::~IndexError() = default;
TypeError::~TypeError() = default;
NotImplementedError::~NotImplementedError() = default;
LinAlgError::~LinAlgError() = default;

namespace detail {
void torchCheckFail(const char*, int, const std::string& message) { throw Error(message); }
template <typename E>
void throwError(const char* condition, const std::string& message) {
    if (!message.empty()) throw E(message);
    throw E("Expected " + std::string(condition) + " to be true, but got false.");
}
template void throwError<Error>(const char*, const std::string&);
template void throwError<ValueError>(const char*, const std::string&);
template void throwError<IndexError>(const char*, const std::string&);
template void throwError<TypeError>(const char*, const std::string&);
template void throwError<NotImplementedError>(const char*, const std::string&);
template void throwError<LinAlgError>(const char*, const std::string&);
void torchWarn(const std::string& message) { basic::call(basic::message('q', "warn", message)); }
}  // namespace detail

namespace impl {
void badIndex(int64_t index, int64_t size) {
    throw Error("ArrayRef: invalid index Index = " + std::to_string(index) + "; Length = " + std::to_string(size));
}
}  // namespace impl

// IEEE half and bfloat16 on the host, rounded to nearest, ties to even.
Half::Half(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, 4);
    uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7FFFFFFF;
    if (magnitude > 0x7F800000) {
        x = static_cast<unsigned short>(sign | 0x7E00);
    } else if (magnitude >= 0x477FF000) {
        x = static_cast<unsigned short>(sign | 0x7C00);
    } else if (magnitude < 0x38800000) {
        // Below the smallest normal number: the addition rounds at the place where its last bit is.
        float small, half = 0.5f;
        std::memcpy(&small, &magnitude, 4);
        small += half;
        uint32_t sum;
        std::memcpy(&sum, &small, 4);
        x = static_cast<unsigned short>(sign | (sum - 0x3F000000));
    } else {
        magnitude += 0xC8000FFF + (magnitude >> 13 & 1);
        x = static_cast<unsigned short>(sign | magnitude >> 13);
    }
}
Half::operator float() const {
    int exponent = x >> 10 & 31, fraction = x & 1023;
    float magnitude;
    if (exponent == 31) magnitude = fraction ? NAN : INFINITY;
    else if (exponent) magnitude = std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
    else magnitude = std::ldexp(static_cast<float>(fraction), -24);
    return x & 0x8000 ? -magnitude : magnitude;
}
BFloat16::BFloat16(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, 4);
    if (value != value) x = 0x7FC0;
    else x = static_cast<unsigned short>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}
BFloat16::operator float() const {
    uint32_t bits = static_cast<uint32_t>(x) << 16;
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
}
std::ostream& operator<<(std::ostream& to, const Half& value) { return to << static_cast<float>(value); }
std::ostream& operator<<(std::ostream& to, const BFloat16& value) { return to << static_cast<float>(value); }

namespace {
struct TypeFact {
    const char* name;
    const char* python;
    size_t size;
    char sort;
};
const TypeFact& fact(ScalarType type) {
    static const TypeFact facts[] = {
        {"Byte", "uint8", 1, 'i'},         {"Char", "int8", 1, 'i'},     {"Short", "int16", 2, 'i'},
        {"Int", "int", 4, 'i'},            {"Long", "int64_t", 8, 'i'},  {"Half", "c10::Half", 2, 'f'},
        {"Float", "float", 4, 'f'},        {"Double", "double", 8, 'f'}, {"ComplexFloat", "c10::complex<float>", 8, 'c'},
        {"ComplexDouble", "c10::complex<double>", 16, 'c'}, {"Bool", "bool", 1, 'b'}, {"BFloat16", "c10::BFloat16", 2, 'f'},
        {"UInt16", "uint16_t", 2, 'i'},    {"UInt32", "uint32_t", 4, 'i'}, {"UInt64", "uint64_t", 8, 'i'},
        {"Undefined", "Undefined", 0, '?'},
    };
    auto index = static_cast<size_t>(type);
    return facts[index < sizeof facts / sizeof *facts ? index : static_cast<size_t>(ScalarType::Undefined)];
}
}  // namespace
const char* toString(ScalarType type) { return fact(type).name; }
size_t elementSize(ScalarType type) { return fact(type).size; }
bool isFloatingType(ScalarType type) { return fact(type).sort == 'f'; }
bool isIntegralType(ScalarType type, bool includeBool) {
    return fact(type).sort == 'i' || (includeBool && fact(type).sort == 'b');
}
bool isComplexType(ScalarType type) { return fact(type).sort == 'c'; }
std::ostream& operator<<(std::ostream& to, ScalarType type) { return to << toString(type); }

std::ostream& operator<<(std::ostream& to, DeviceType type) {
    return to << (type == DeviceType::CUDA ? "cuda" : type == DeviceType::CPU ? "cpu" : "meta");
}
Device::Device(const std::string& text) : type_(DeviceType::CPU), index_(-1) {
    size_t colon = text.find(':');
    std::string name = text.substr(0, colon);
    if (name == "cuda") type_ = DeviceType::CUDA;
    else if (name == "meta") type_ = DeviceType::Meta;
    else if (name != "cpu") throw Error("Expected one of cpu, cuda, meta device type at start of device string: " + text);
    if (colon != std::string::npos) index_ = static_cast<DeviceIndex>(std::atoi(text.c_str() + colon + 1));
}
std::string Device::str() const {
    std::ostringstream text;
    text << type_;
    if (has_index()) text << ':' << static_cast<int>(index_);
    return text.str();
}
std::ostream& operator<<(std::ostream& to, const Device& device) { return to << device.str(); }
std::ostream& operator<<(std::ostream& to, Layout layout) {
    return to << (layout == Layout::Strided ? "Strided" : layout == Layout::Sparse ? "Sparse" : "SparseCsr");
}
std::ostream& operator<<(std::ostream& to, MemoryFormat format) {
    static const char* names[] = {"Contiguous", "Preserve", "ChannelsLast", "ChannelsLast3d"};
    auto index = static_cast<size_t>(format);
    return to << (index < 4 ? names[index] : "Unknown");
}

double Scalar::toDouble() const { return sort_ == 'i' || sort_ == 'b' ? static_cast<double>(number_.integer) : number_.real; }
int64_t Scalar::toLong() const { return sort_ == 'i' || sort_ == 'b' ? number_.integer : static_cast<int64_t>(number_.real); }
ScalarType Scalar::type() const {
    switch (sort_) {
        case 'b': return ScalarType::Bool;
        case 'i': return ScalarType::Long;
        case 'd': return ScalarType::Double;
        default: return ScalarType::ComplexDouble;
    }
}
Scalar Scalar::operator-() const {
    if (sort_ == 'i' || sort_ == 'b') return Scalar(-number_.integer);
    if (sort_ == 'd') return Scalar(-number_.real);
    return Scalar(c10::complex<double>(-number_.real, -imaginary_));
}
std::ostream& operator<<(std::ostream& to, const Scalar& value) {
    if (value.isBoolean()) return to << (value.toBool() ? "true" : "false");
    if (value.isIntegral(false)) return to << value.toLong();
    if (value.isFloatingPoint()) return to << value.toDouble();
    return to << '(' << value.to<c10::complex<double>>().real() << ',' << value.imaginary() << ')';
}
std::ostream& operator<<(std::ostream& to, const TensorOptions& options) {
    return to << "TensorOptions(dtype=" << options.dtype() << ", device=" << options.device() << ", layout=" << options.layout()
              << ", requires_grad=" << (options.requires_grad() ? "true" : "false") << ')';
}
}  // namespace c10

namespace caffe2 {
std::string_view TypeMeta::name() const { return c10::fact(type_).python; }
std::ostream& operator<<(std::ostream& to, TypeMeta type) { return to << type.name(); }
}  // namespace caffe2

namespace detail {
c10::ScalarType scalar_type(const at::DeprecatedTypeProperties& type) { return type.scalarType(); }
}  // namespace detail
