// Which values fit which parameters.
#include "state.h"

namespace basic {

bool isNone(const Reader& r) { return r.kind() == Kind::None || r.kind() == Kind::Absent; }
std::optional<bool> takeBool(Reader& r) {
    if (r.kind() != Kind::Bool) return {};
    r.word();
    return r.word() != 0;
}
std::optional<int64_t> takeInt(Reader& r) {
    if (r.kind() == Kind::Int || r.kind() == Kind::Bool) {
        r.word();
        return r.word();
    }
    // A tensor of one integer has an index.
    if (r.kind() != Kind::Tensor) return {};
    auto tensor = takeTensor(r);
    if (tensor->numel() != 1 || !c10::isIntegralType(tensor->scalar_type(), true)) return {};
    return tensor->item().toLong();
}
std::optional<double> takeDouble(Reader& r) {
    if (r.kind() == Kind::Double) return r.number();
    if (r.kind() == Kind::Tensor) {
        auto tensor = takeTensor(r);
        if (tensor->numel() != 1) return {};
        return tensor->item().toDouble();
    }
    auto value = takeInt(r);
    if (!value) return {};
    return static_cast<double>(*value);
}
std::optional<std::string> takeString(Reader& r) {
    if (r.kind() != Kind::String) return {};
    return r.text();
}
std::optional<at::Tensor> takeTensor(Reader& r) {
    if (r.kind() != Kind::Tensor) return {};
    return at::Tensor(TensorImpl::read(r, false));
}
std::optional<c10::Scalar> takeScalar(Reader& r) {
    switch (r.kind()) {
        case Kind::Bool: return c10::Scalar(*takeBool(r));
        case Kind::Int: return c10::Scalar(*takeInt(r));
        case Kind::Double: return c10::Scalar(*takeDouble(r));
        case Kind::Complex: {
            r.word();
            int64_t bits[2] = {r.word(), r.word()};
            double parts[2];
            std::memcpy(parts, bits, sizeof parts);
            return c10::Scalar(c10::complex<double>(parts[0], parts[1]));
        }
        case Kind::Tensor: {
            auto tensor = takeTensor(r);
            if (tensor->numel() != 1) return {};
            return tensor->item();
        }
        default: return {};
    }
}
template <typename T>
static std::optional<T> takeEnumerated(Reader& r, Kind kind) {
    if (r.kind() != kind) return {};
    r.word();
    return static_cast<T>(r.word());
}
std::optional<c10::ScalarType> takeScalarType(Reader& r) { return takeEnumerated<c10::ScalarType>(r, Kind::Dtype); }
std::optional<c10::Layout> takeLayout(Reader& r) { return takeEnumerated<c10::Layout>(r, Kind::Layout); }
std::optional<c10::MemoryFormat> takeMemoryFormat(Reader& r) {
    return takeEnumerated<c10::MemoryFormat>(r, Kind::MemoryFormat);
}
std::optional<c10::Device> takeDevice(Reader& r) {
    if (r.kind() == Kind::String) return c10::Device(r.text());
    if (r.kind() != Kind::Device) return {};
    r.word();
    auto type = static_cast<c10::DeviceType>(r.word());
    return c10::Device(type, static_cast<c10::DeviceIndex>(r.word()));
}
std::optional<int64_t> takeListHead(Reader& r, bool& isInts) {
    if (r.kind() != Kind::List && r.kind() != Kind::Tuple && r.kind() != Kind::Ints) return {};
    isInts = r.kind() == Kind::Ints;
    r.word();
    return r.word();
}

}  // namespace basic

namespace pybind11 {
value_error::~value_error() = default;
index_error::~index_error() = default;
type_error::~type_error() = default;
key_error::~key_error() = default;
stop_iteration::~stop_iteration() = default;
cast_error::~cast_error() = default;

object object::of(basic::Reader reader, bool arrives) {
    basic::Reader end = reader;
    std::vector<at::Tensor> tensors;
    end.skip(&tensors, arrives);
    object made(std::vector<int64_t>(reader.position(), end.position()));
    made.tensors_ = std::move(tensors);
    made.isReceived_ = true;
    return made;
}
// Tensors go back as their numbers alone.
static void resend(basic::Packer& to, basic::Reader& from) {
    using basic::Kind;
    const int64_t* start = from.position();
    Kind kind = from.kind();
    int64_t values = kind == Kind::Keyword ? 2 : kind == Kind::Slice ? 3 : -1;
    switch (kind) {
        case Kind::List: case Kind::Tuple: case Kind::Options: case Kind::Dict:
            values = start[1] * (kind == Kind::Dict ? 2 : 1);
            to.word(from.word()), to.word(from.word());
            break;
        case Kind::Keyword: case Kind::Slice: to.word(from.word()); break;
        default:
            from.skip();
            to.words.insert(to.words.end(), start, kind == Kind::Tensor ? start + 2 : from.position());
    }
    for (; values > 0; values--) resend(to, from);
}
void object::send(basic::Packer& to) const {
    if (isReceived_) {
        basic::Reader from = reader();
        resend(to, from);
    } else {
        to.words.insert(to.words.end(), packed_.words.begin(), packed_.words.end());
    }
}
object object::attr(const char* name) const { return of(basic::call(basic::message('q', "attr", *this, name)), true); }
void object::failedCast(const std::string& type) { throw cast_error("Unable to cast Python instance to C++ type " + type); }
std::string& module_::doc() { return basic::state().documentation; }
basic::Parameter& detail::Extras::next() {
    if (named >= function.parameters.size())
        throw std::runtime_error("m.def names more arguments than the function " + function.name + " has");
    return function.parameters[named++];
}
}  // namespace pybind11
