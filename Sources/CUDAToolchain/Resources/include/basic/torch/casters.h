// From the values of a message to the parameters of a C++ function: which Python values fit which type is pybind11's rule, and
// PyTorch's for its own types.
#pragma once
#include <basic/torch/tensor.h>

namespace basic {

// What does not fit is nothing; the call then tries the next function of the name.
std::optional<bool> takeBool(Reader&);
std::optional<int64_t> takeInt(Reader&);
std::optional<double> takeDouble(Reader&);
std::optional<std::string> takeString(Reader&);
std::optional<at::Tensor> takeTensor(Reader&);
std::optional<c10::Scalar> takeScalar(Reader&);
std::optional<c10::ScalarType> takeScalarType(Reader&);
std::optional<c10::Device> takeDevice(Reader&);
std::optional<c10::Layout> takeLayout(Reader&);
std::optional<c10::MemoryFormat> takeMemoryFormat(Reader&);
// The number of elements of a list or a tuple, and the reader before the first of them; a list of integers is one too.
std::optional<int64_t> takeListHead(Reader&, bool& isInts);
bool isNone(const Reader&);
[[noreturn]] void integerRange();

template <typename T, typename = void>
struct Caster;

#define BASIC_CASTER(Type, take, python_name, schema_name)                \
    template <>                                                           \
    struct Caster<Type> {                                                 \
        using Stored = Type;                                              \
        static std::optional<Stored> read(Reader& r) { return take(r); }  \
        static std::string python() { return python_name; }               \
        static std::string schema() { return schema_name; }               \
    };
BASIC_CASTER(bool, takeBool, "bool", "bool")
BASIC_CASTER(std::string, takeString, "str", "str")
BASIC_CASTER(at::Tensor, takeTensor, "torch.Tensor", "Tensor")
BASIC_CASTER(c10::Scalar, takeScalar, "Union[int, float, bool, complex]", "Scalar")
BASIC_CASTER(c10::ScalarType, takeScalarType, "torch.dtype", "ScalarType")
BASIC_CASTER(c10::Device, takeDevice, "torch.device", "Device")
BASIC_CASTER(c10::Layout, takeLayout, "torch.layout", "Layout")
BASIC_CASTER(c10::MemoryFormat, takeMemoryFormat, "torch.memory_format", "MemoryFormat")
#undef BASIC_CASTER

template <typename T>
struct Caster<T, std::enable_if_t<std::is_integral_v<T> && !std::is_same_v<T, bool>>> {
    using Stored = T;
    static std::optional<T> read(Reader& r) {
        auto value = takeInt(r);
        // pybind11 refuses what the type cannot hold.
        if (!value || static_cast<int64_t>(static_cast<T>(*value)) != *value) return {};
        if (std::is_unsigned_v<T> && *value < 0) return {};
        return static_cast<T>(*value);
    }
    static std::string python() { return "int"; }
    static std::string schema() { return "int"; }
};
template <typename T>
struct Caster<T, std::enable_if_t<std::is_floating_point_v<T>>> {
    using Stored = T;
    static std::optional<T> read(Reader& r) {
        auto value = takeDouble(r);
        if (!value) return {};
        return static_cast<T>(*value);
    }
    static std::string python() { return "float"; }
    static std::string schema() { return "float"; }
};
// Text that is only looked at: the string is kept for the time of the call.
template <typename T>
struct Caster<T, std::enable_if_t<std::is_same_v<T, const char*> || std::is_same_v<T, std::string_view>>> {
    using Stored = std::string;
    static std::optional<Stored> read(Reader& r) { return takeString(r); }
    static T give(Stored& value) { return value.c_str(); }
    static std::string python() { return "str"; }
    static std::string schema() { return "str"; }
};
// A pointer to a number is to one number, as in pybind11: whoever binds a kernel by mistake compiles, and is told when it is
// called. To anything else nothing converts but None.
template <typename T>
struct Caster<T*, std::enable_if_t<!std::is_same_v<T, const char>>> {
    using Value = std::conditional_t<std::is_arithmetic_v<std::remove_const_t<T>>, std::remove_const_t<T>, std::nullptr_t>;
    using Stored = std::optional<Value>;
    static std::optional<Stored> read(Reader& r) {
        if (isNone(r)) {
            r.skip();
            return Stored();
        }
        if constexpr (std::is_arithmetic_v<Value>) {
            auto value = Caster<Value>::read(r);
            if (value) return Stored(*value);
        }
        return {};
    }
    static T* give(Stored& value) {
        if constexpr (std::is_arithmetic_v<Value>) return value ? &*value : nullptr;
        else return nullptr;
    }
    static std::string python() { return std::is_arithmetic_v<Value> ? Caster<double>::python() : "object"; }
    static std::string schema() { return "Any"; }
};
template <>
struct Caster<c10::TensorOptions> {
    using Stored = c10::TensorOptions;
    static std::optional<Stored> read(Reader& r) {
        auto type = takeScalarType(r);
        if (!type) return {};
        return c10::TensorOptions(*type);
    }
    static std::string python() { return "torch.dtype"; }
    static std::string schema() { return "ScalarType"; }
};

template <typename T>
struct Caster<std::vector<T>> {
    using Stored = std::vector<T>;
    static std::optional<Stored> read(Reader& r) {
        bool isInts = false;
        auto count = takeListHead(r, isInts);
        if (!count) return {};
        Stored all;
        all.reserve(static_cast<size_t>(*count));
        for (int64_t i = 0; i < *count; i++) {
            if (isInts) {
                int64_t value[2] = {static_cast<int64_t>(Kind::Int), r.word()};
                Reader one(value, value + 2);
                auto element = Caster<T>::read(one);
                if (!element) return {};
                all.push_back(std::move(*element));
            } else {
                auto element = Caster<T>::read(r);
                if (!element) return {};
                all.push_back(std::move(*element));
            }
        }
        return all;
    }
    static std::string python() { return "list[" + Caster<T>::python() + "]"; }
    static std::string schema() { return Caster<T>::schema() + "[]"; }
};
template <typename T>
struct Caster<c10::ArrayRef<T>> : Caster<std::vector<T>> {
    static c10::ArrayRef<T> give(std::vector<T>& value) { return value; }
};
template <typename T>
struct Caster<std::optional<T>> {
    using Stored = std::optional<typename Caster<T>::Stored>;
    static std::optional<Stored> read(Reader& r) {
        if (isNone(r)) {
            r.skip();
            return Stored();
        }
        auto value = Caster<T>::read(r);
        if (!value) return {};
        return Stored(std::move(value));
    }
    static std::optional<T> give(Stored& value) {
        if (!value) return {};
        return std::optional<T>(std::in_place, *value);
    }
    static std::string python() { return "Optional[" + Caster<T>::python() + "]"; }
    static std::string schema() { return Caster<T>::schema() + "?"; }
};
template <typename... T>
struct Caster<std::tuple<T...>> {
    using Stored = std::tuple<T...>;
    static std::optional<Stored> read(Reader& r) {
        bool isInts = false;
        Reader start = r;
        auto count = takeListHead(r, isInts);
        if (!count || *count != sizeof...(T)) return {};
        if (isInts) {
            // The same values, each on its own.
            Packer each;
            for (size_t i = 0; i < sizeof...(T); i++) put(each, r.word());
            Reader one(each.words.data(), each.words.data() + each.words.size());
            return readAll(one);
        }
        return readAll(r);
    }
    static std::string python() {
        std::string text;
        ((text += (text.empty() ? "" : ", ") + Caster<T>::python()), ...);
        return "tuple[" + text + "]";
    }
    static std::string schema() {
        std::string text;
        ((text += (text.empty() ? "" : ", ") + Caster<T>::schema()), ...);
        return "(" + text + ")";
    }

private:
    static std::optional<Stored> readAll(Reader& r) {
        std::tuple<std::optional<T>...> parts{Caster<T>::read(r)...};
        return std::apply(
            [](auto&... part) -> std::optional<Stored> {
                if (!(part.has_value() && ...)) return {};
                return Stored(std::move(*part)...);
            },
            parts);
    }
};
template <typename A, typename B>
struct Caster<std::pair<A, B>> {
    using Stored = std::pair<A, B>;
    static std::optional<Stored> read(Reader& r) {
        auto both = Caster<std::tuple<A, B>>::read(r);
        if (!both) return {};
        return Stored(std::move(std::get<0>(*both)), std::move(std::get<1>(*both)));
    }
    static std::string python() { return Caster<std::tuple<A, B>>::python(); }
    static std::string schema() { return Caster<std::tuple<A, B>>::schema(); }
};
template <typename T, size_t N>
struct Caster<std::array<T, N>> {
    using Stored = std::array<T, N>;
    static std::optional<Stored> read(Reader& r) {
        auto all = Caster<std::vector<T>>::read(r);
        if (!all || all->size() != N) return {};
        Stored values;
        std::copy(all->begin(), all->end(), values.begin());
        return values;
    }
    static std::string python() { return Caster<std::vector<T>>::python(); }
    static std::string schema() { return Caster<std::vector<T>>::schema(); }
};
template <typename M>
struct MapCaster {
    using Stored = M;
    static std::optional<M> read(Reader& r) {
        if (r.kind() != Kind::Dict) return {};
        r.word();
        M all;
        for (int64_t left = r.word(); left > 0; left--) {
            auto key = Caster<typename M::key_type>::read(r);
            if (!key) return {};
            auto value = Caster<typename M::mapped_type>::read(r);
            if (!value) return {};
            all.emplace(std::move(*key), std::move(*value));
        }
        return all;
    }
    static std::string python() {
        return "dict[" + Caster<typename M::key_type>::python() + ", " + Caster<typename M::mapped_type>::python() + "]";
    }
    static std::string schema() {
        return "Dict(" + Caster<typename M::key_type>::schema() + ", " + Caster<typename M::mapped_type>::schema() + ")";
    }
};
template <typename K, typename V>
struct Caster<std::map<K, V>> : MapCaster<std::map<K, V>> {};
template <typename K, typename V>
struct Caster<std::unordered_map<K, V>> : MapCaster<std::unordered_map<K, V>> {};

// The kept value as the parameter that it is for.
template <typename A, typename C, typename = void>
struct Giver {
    static A give(typename C::Stored& value) { return static_cast<A>(std::forward<A>(value)); }
};
template <typename A, typename C>
struct Giver<A, C, std::void_t<decltype(C::give(std::declval<typename C::Stored&>()))>> {
    static std::decay_t<A> give(typename C::Stored& value) { return C::give(value); }
};

}  // namespace basic
