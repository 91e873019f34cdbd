// Messages to Python and back.
#include "state.h"

namespace basic {

void Packer::text(std::string_view text) {
    kind(Kind::String);
    word(static_cast<int64_t>(text.size()));
    size_t at = words.size();
    words.resize(at + (text.size() + 7) / 8);
    if (!text.empty()) std::memcpy(words.data() + at, text.data(), text.size());
}
void Packer::number(double value) {
    kind(Kind::Double);
    int64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    word(bits);
}
void Packer::ints(const int64_t* values, size_t count) {
    kind(Kind::Ints), word(static_cast<int64_t>(count));
    words.insert(words.end(), values, values + count);
}

Kind Reader::kind() const { return at_ < end_ ? static_cast<Kind>(*at_) : Kind::None; }
int64_t Reader::word() {
    if (at_ >= end_) throw c10::Error("A message from Python ends too early.");
    return *at_++;
}
std::string Reader::text() {
    word();
    auto size = static_cast<size_t>(word());
    if ((size + 7) / 8 > static_cast<size_t>(end_ - at_)) throw c10::Error("A message from Python ends too early.");
    std::string text(reinterpret_cast<const char*>(at_), size);
    at_ += (size + 7) / 8;
    return text;
}
double Reader::number() {
    word();
    int64_t bits = word();
    double value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}
void Reader::skip(std::vector<at::Tensor>* found, bool arrive) {
    if (kind() == Kind::Tensor && found) {
        found->push_back(at::Tensor(TensorImpl::read(*this, arrive)));
        return;
    }
    switch (static_cast<Kind>(word())) {
        case Kind::None: case Kind::Ellipsis: case Kind::Absent: return;
        case Kind::Bool: case Kind::Int: case Kind::Double: case Kind::Dtype: case Kind::MemoryFormat: case Kind::Layout:
        case Kind::Object: at_++; return;
        case Kind::Device: case Kind::Complex: at_ += 2; return;
        case Kind::String: at_--, text(); return;
        case Kind::Ints: {
            int64_t count = word();
            at_ += count;
            return;
        }
        case Kind::Tensor: at_ += 9 + 2 * at_[8]; return;
        case Kind::Slice: skip(), skip(), skip(); return;
        case Kind::Keyword: skip(), skip(found, arrive); return;
        case Kind::List: case Kind::Tuple: case Kind::Options:
            for (int64_t left = word(); left > 0; left--) skip(found, arrive);
            return;
        case Kind::Dict:
            for (int64_t left = 2 * word(); left > 0; left--) skip(found, arrive);
            return;
    }
}

void put(Packer& to, const c10::Scalar& value) {
    if (value.isBoolean()) put(to, value.toBool());
    else if (value.isIntegral(false)) put(to, value.toLong());
    else if (value.isFloatingPoint()) put(to, value.toDouble());
    else put(to, value.to<c10::complex<double>>());
}
void put(Packer& to, c10::IntArrayRef values) { to.ints(values.data(), values.size()); }
void put(Packer& to, c10::ScalarType type) { to.kind(Kind::Dtype), to.word(static_cast<int64_t>(type)); }
void put(Packer& to, caffe2::TypeMeta type) { put(to, type.toScalarType()); }
void put(Packer& to, const c10::Device& device) {
    to.kind(Kind::Device), to.word(static_cast<int64_t>(device.type())), to.word(device.index());
}
void put(Packer& to, c10::DeviceType type) { put(to, c10::Device(type)); }
void put(Packer& to, c10::Layout layout) { to.kind(Kind::Layout), to.word(static_cast<int64_t>(layout)); }
void put(Packer& to, c10::MemoryFormat format) { to.kind(Kind::MemoryFormat), to.word(static_cast<int64_t>(format)); }
void put(Packer& to, std::string_view text) { to.text(text); }
void put(Packer& to, const c10::TensorOptions& options) {
    to.kind(Kind::Options);
    size_t count = to.words.size();
    to.word(0);
    auto add = [&](const char* name, const auto& value) {
        if (!value) return;
        to.kind(Kind::Keyword), to.text(name), put(to, *value);
        to.words[count]++;
    };
    add("dtype", options.dtype_opt());
    add("device", options.device_opt());
    // What every tensor has anyway is not said, so that operators that cannot be told are not asked.
    if (options.layout() != c10::Layout::Strided) add("layout", options.layout_opt());
    if (options.pinned_memory()) add("pin_memory", options.pinned_memory_opt());
    if (options.requires_grad()) add("requires_grad", options.requires_grad_opt());
    add("memory_format", options.memory_format_opt());
}

Reader call(const Packer& message) {
    if (!state().call) throw c10::Error("The extension called PyTorch before it was loaded.");
    std::vector<int64_t> gone = takeForgotten();
    const int64_t* reply = nullptr;
    int64_t count = state().call(
        message.words.data(), static_cast<int64_t>(message.words.size()), gone.data(), static_cast<int64_t>(gone.size()), &reply);
    if (count >= 0) return Reader(reply, reply + count);
    Reader text(reply, reply - count);
    throw PythonError(text.text());
}
PythonError::~PythonError() = default;

static void expectHead(Reader& reader, Kind a, Kind b, int64_t count) {
    Kind found = static_cast<Kind>(reader.word());
    if ((found != a && found != b) || (reader.word() != count && count >= 0))
        throw c10::TypeError("The operator gives another number of tensors than its C++ declaration says.");
}
static at::Tensor readTensor(Reader& reader) {
    if (reader.kind() == Kind::Tensor) return at::Tensor(TensorImpl::read(reader, true));
    if (reader.kind() != Kind::None && reader.kind() != Kind::Absent)
        throw c10::TypeError("The operator gives something else than a tensor.");
    reader.skip();
    return at::Tensor();
}
at::Tensor callForTensor(const Packer& message) {
    Reader reader = call(message);
    return readTensor(reader);
}
std::tuple<at::Tensor, at::Tensor> callForPair(const Packer& message) {
    Reader reader = call(message);
    expectHead(reader, Kind::Tuple, Kind::List, 2);
    at::Tensor first = readTensor(reader), second = readTensor(reader);
    return {std::move(first), std::move(second)};
}
std::tuple<at::Tensor, at::Tensor, at::Tensor> callForTriple(const Packer& message) {
    Reader reader = call(message);
    expectHead(reader, Kind::Tuple, Kind::List, 3);
    at::Tensor first = readTensor(reader), second = readTensor(reader), third = readTensor(reader);
    return {std::move(first), std::move(second), std::move(third)};
}
std::vector<at::Tensor> callForList(const Packer& message) {
    Reader reader = call(message);
    Reader start = reader;
    expectHead(reader, Kind::Tuple, Kind::List, -1);
    start.word();
    std::vector<at::Tensor> all;
    for (int64_t left = start.word(); left > 0; left--) all.push_back(readTensor(start));
    return all;
}

}  // namespace basic
