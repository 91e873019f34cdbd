// How an extension and Python talk: messages of 64-bit words, in both directions, and three exported functions (see
// bridge/extension.cpp). Nothing here knows Python's or PyTorch's ABI, so that an extension works with any of either.
#pragma once
#include <basic/torch/options.h>

namespace at {
class Tensor;
}

namespace basic {

// The first word of each value in a message; what follows it is said beside it. Sizes are in words, text is padded.
enum class Kind : int64_t {
    None,          //
    Bool,          // 0 or 1
    Int,           // the number
    Double,        // its bits
    String,        // bytes, then the text
    Tensor,        // number; to the extension also its description: see TensorImpl::read
    List,          // count, then the values
    Tuple,         // count, then the values
    Dtype,         // ScalarType
    Device,        // DeviceType, index
    MemoryFormat,  // MemoryFormat
    Layout,        // Layout
    Slice,         // three values
    Ellipsis,      //
    Complex,       // two values' bits
    Keyword,       // a string, then the value: an argument by name
    Object,        // number of a Python object
    Ints,          // count, then the numbers
    Options,       // keywords that an operator without options ignores: count, then the keywords
    Absent,        // an undefined tensor
    Dict,          // count, then key and value alternately
};

// Writes a message.
class Packer {
public:
    std::vector<int64_t> words;
    void word(int64_t value) { words.push_back(value); }
    void kind(Kind value) { words.push_back(static_cast<int64_t>(value)); }
    void text(std::string_view);
    void number(double);
    void ints(const int64_t* values, size_t count);
};

// Reads a message, whose words stay the sender's.
class Reader {
public:
    Reader(const int64_t* at, const int64_t* end) : at_(at), end_(end) {}
    Kind kind() const;
    int64_t word();
    std::string text();
    double number();
    // Steps over one value; the tensors in it are taken into `found` where there is one.
    void skip(std::vector<at::Tensor>* found = nullptr, bool arrive = false);
    const int64_t* position() const { return at_; }
    const int64_t* end() const { return end_; }

private:
    const int64_t* at_;
    const int64_t* end_;
};

void put(Packer&, const at::Tensor&);
void put(Packer&, const c10::Scalar&);
void put(Packer&, c10::IntArrayRef);
void put(Packer&, c10::ScalarType);
void put(Packer&, caffe2::TypeMeta);
void put(Packer&, const c10::Device&);
void put(Packer&, c10::DeviceType);
void put(Packer&, c10::Layout);
void put(Packer&, c10::MemoryFormat);
void put(Packer&, const c10::TensorOptions&);
void put(Packer&, std::string_view);
inline void put(Packer& to, const char* value) { put(to, std::string_view(value)); }
inline void put(Packer& to, const std::string& value) { put(to, std::string_view(value)); }
inline void put(Packer& to, std::nullopt_t) { to.kind(Kind::None); }
inline void put(Packer& to, bool value) { to.kind(Kind::Bool), to.word(value); }
template <typename T, typename = std::enable_if_t<std::is_arithmetic_v<T>>>
void put(Packer& to, T value) {
    if constexpr (std::is_floating_point_v<T>) {
        to.number(static_cast<double>(value));
    } else {
        to.kind(Kind::Int), to.word(static_cast<int64_t>(value));
    }
}
inline void put(Packer& to, c10::Half value) { to.number(static_cast<float>(value)); }
inline void put(Packer& to, c10::BFloat16 value) { to.number(static_cast<float>(value)); }
template <typename T>
void put(Packer& to, const c10::complex<T>& value) {
    Packer parts;
    parts.number(static_cast<double>(value.real())), parts.number(static_cast<double>(value.imag()));
    to.kind(Kind::Complex), to.word(parts.words[1]), to.word(parts.words[3]);
}
template <typename T>
void put(Packer&, const std::optional<T>&);
template <typename T>
void put(Packer&, const c10::ArrayRef<T>&);
template <typename T>
void put(Packer&, const std::vector<T>&);
template <typename T, size_t N>
void put(Packer&, const std::array<T, N>&);
template <typename... T>
void put(Packer&, const std::tuple<T...>&);
template <typename A, typename B>
void put(Packer&, const std::pair<A, B>&);
template <typename K, typename V>
void put(Packer&, const std::map<K, V>&);
template <typename K, typename V>
void put(Packer&, const std::unordered_map<K, V>&);

template <typename T>
void putAll(Packer& to, const T* values, size_t count) {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
        to.kind(Kind::Ints), to.word(static_cast<int64_t>(count));
        for (size_t i = 0; i < count; i++) to.word(static_cast<int64_t>(values[i]));
    } else {
        to.kind(Kind::List), to.word(static_cast<int64_t>(count));
        for (size_t i = 0; i < count; i++) put(to, values[i]);
    }
}
template <typename T>
void put(Packer& to, const std::optional<T>& value) {
    if (value) put(to, *value);
    else to.kind(Kind::None);
}
template <typename T>
void put(Packer& to, const c10::ArrayRef<T>& values) { putAll(to, values.data(), values.size()); }
template <typename T>
void put(Packer& to, const std::vector<T>& values) {
    if constexpr (std::is_same_v<T, bool>) {
        to.kind(Kind::List), to.word(static_cast<int64_t>(values.size()));
        for (bool value : values) put(to, value);
    } else {
        putAll(to, values.data(), values.size());
    }
}
template <typename T, size_t N>
void put(Packer& to, const std::array<T, N>& values) { putAll(to, values.data(), N); }
template <typename... T>
void put(Packer& to, const std::tuple<T...>& values) {
    to.kind(Kind::Tuple), to.word(sizeof...(T));
    std::apply([&](const auto&... each) { (put(to, each), ...); }, values);
}
template <typename A, typename B>
void put(Packer& to, const std::pair<A, B>& value) {
    to.kind(Kind::Tuple), to.word(2);
    put(to, value.first), put(to, value.second);
}
template <typename M>
void putMap(Packer& to, const M& values) {
    to.kind(Kind::Dict), to.word(static_cast<int64_t>(values.size()));
    for (const auto& each : values) put(to, each.first), put(to, each.second);
}
template <typename K, typename V>
void put(Packer& to, const std::map<K, V>& values) { putMap(to, values); }
template <typename K, typename V>
void put(Packer& to, const std::unordered_map<K, V>& values) { putMap(to, values); }

// Calls Python: an operator of PyTorch's by its name, or something else that extension_loader.py answers. The message is a
// string and the arguments; the reader is over the one value that comes back. Python's exception is thrown.
Reader call(const Packer&);
at::Tensor callForTensor(const Packer&);
std::tuple<at::Tensor, at::Tensor> callForPair(const Packer&);
std::tuple<at::Tensor, at::Tensor, at::Tensor> callForTriple(const Packer&);
std::vector<at::Tensor> callForList(const Packer&);
// "m": a method of the first argument; "f": a function; "n": one of torch.nn.functional; "q": a question to the loader.
template <typename... A>
Packer message(char sort, const char* name, const A&... arguments) {
    Packer packer;
    packer.word(sort);
    packer.text(name);
    packer.word(sizeof...(A));
    (put(packer, arguments), ...);
    return packer;
}

}  // namespace basic
