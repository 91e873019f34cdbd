// The Python side of an extension: PYBIND11_MODULE and what is defined in it, after pybind11's documented interface.
#pragma once
#include <basic/torch/frontend.h>

namespace pybind11 {

// A Python value as it stands in a message.
class object {
public:
    object() { packed_.kind(basic::Kind::None); }
    explicit object(std::vector<int64_t> words) { packed_.words = std::move(words); }
    template <typename T>
    T cast() const {
        basic::Reader reader = this->reader();
        auto value = basic::Caster<T>::read(reader);
        if (!value) failedCast(basic::Caster<T>::python());
        return static_cast<T>(std::move(*value));
    }
    object attr(const char* name) const;
    template <typename... A>
    object operator()(A&&... a) const { return of(basic::call(basic::message('q', "invoke", *this, a...)), true); }
    bool is_none() const { return reader().kind() == basic::Kind::None; }
    basic::Reader reader() const { return {packed_.words.data(), packed_.words.data() + packed_.words.size()}; }
    void send(basic::Packer&) const;
    // The one value that a reader is before; `arrives` where nobody else reads it.
    static object of(basic::Reader, bool arrives);

protected:
    basic::Packer packed_;
    // The tensors in it, which live as long.
    std::vector<at::Tensor> tensors_;
    // As Python sent it: tensors have their descriptions.
    bool isReceived_ = false;
    template <typename T>
    void keep(const T& value) {
        if constexpr (std::is_same_v<T, at::Tensor>) tensors_.push_back(value);
    }
    [[noreturn]] static void failedCast(const std::string& type);
};
inline void put(basic::Packer& to, const object& value) { value.send(to); }
using handle = object;
struct none : object {};
#define BASIC_PLAIN_OBJECT(Name, Type)                              \
    struct Name : object {                                          \
        Name(const Type& value = {}) {                              \
            packed_.words.clear();                                  \
            put(packed_, value);                             \
        }                                                           \
        operator Type() const { return cast<Type>(); }              \
    };
BASIC_PLAIN_OBJECT(str, std::string)
BASIC_PLAIN_OBJECT(int_, int64_t)
BASIC_PLAIN_OBJECT(float_, double)
BASIC_PLAIN_OBJECT(bool_, bool)
#undef BASIC_PLAIN_OBJECT
struct bytes : object { bytes(const std::string& = ""); };
// A list under construction: its elements are written at its end.
struct list : object {
    list() { packed_.words = {static_cast<int64_t>(basic::Kind::List), 0}; }
    template <typename T>
    void append(T&& value) {
        put(packed_, value);
        packed_.words[1]++;
        keep<std::decay_t<T>>(value);
    }
    size_t size() const { return static_cast<size_t>(packed_.words[1]); }
};
struct dict : object { object operator[](const char*) const; };
struct tuple : object {
    object operator[](size_t) const;
    size_t size() const;
};
struct function : object {};
struct args : tuple {};
struct kwargs : dict {};
template <typename... A>
object make_tuple(A&&... a) {
    struct Made : object {
        explicit Made(const A&... a) {
            packed_.words.clear();
            put(packed_, std::tuple<std::decay_t<A>...>(a...));
            (keep<std::decay_t<A>>(a), ...);
        }
    };
    return Made(a...);
}

struct arg_v {
    std::string name;
    basic::Packer value;
};
struct arg {
    const char* name;
    constexpr explicit arg(const char* name) : name(name) {}
    template <typename T>
    arg_v operator=(T&& value) const {
        arg_v made{name, {}};
        put(made.value, value);
        return made;
    }
    arg& noconvert(bool = true) { return *this; }
    arg& none(bool = true) { return *this; }
};
inline namespace literals {
inline arg operator""_a(const char* name, size_t) { return arg(name); }
}
template <typename... T>
struct call_guard {};
struct gil_scoped_release {
    gil_scoped_release() {}
    ~gil_scoped_release() {}
};
struct gil_scoped_acquire {
    gil_scoped_acquire() {}
    ~gil_scoped_acquire() {}
};
enum class return_value_policy { automatic, copy, move, reference, take_ownership };
template <typename... A>
struct init_t {};
template <typename... A>
init_t<A...> init();
template <typename... A>
struct overload_cast_t {
    template <typename R>
    constexpr auto operator()(R (*function)(A...)) const { return function; }
};
template <typename... A>
constexpr overload_cast_t<A...> overload_cast{};

#define BASIC_PYTHON_ERROR(Name, Base)        \
    class Name : public std::runtime_error {  \
    public:                                   \
        using std::runtime_error::runtime_error; \
        Name() : std::runtime_error("") {}    \
        Name(const Name&) = default;          \
        ~Name() override;                     \
    };
BASIC_PYTHON_ERROR(value_error, runtime_error)
BASIC_PYTHON_ERROR(index_error, runtime_error)
BASIC_PYTHON_ERROR(type_error, runtime_error)
BASIC_PYTHON_ERROR(key_error, runtime_error)
BASIC_PYTHON_ERROR(stop_iteration, runtime_error)
BASIC_PYTHON_ERROR(cast_error, runtime_error)
#undef BASIC_PYTHON_ERROR

// Only what can be called can be bound.
template <typename F, typename = void>
struct IsBindable : std::is_member_function_pointer<std::decay_t<F>> {};
template <typename R, typename... A>
struct IsBindable<R (*)(A...), void> : std::true_type {};
template <typename F>
struct IsBindable<F, std::void_t<decltype(&std::decay_t<F>::operator())>> : std::true_type {};

namespace detail {
struct Extras {
    basic::Function& function;
    size_t named = 0;
    basic::Parameter& next();
    void add(const char* doc) { function.doc = doc; }
    void add(const std::string& doc) { function.doc = doc; }
    void add(const arg& name) { next().name = name.name; }
    void add(const arg_v& value) {
        basic::Parameter& parameter = next();
        parameter.name = value.name;
        parameter.hasDefault = true;
        parameter.value = value.value.words;
    }
    template <typename... T>
    void add(const call_guard<T...>&) {}
    void add(return_value_policy) {}
};
// m.attr("name") = value
struct Attribute {
    const char* name;
    template <typename T>
    void operator=(const T& value) const {
        basic::Packer packed;
        put(packed, value);
        basic::addAttribute(name, packed);
    }
};
}  // namespace detail

class module_ : public object {
public:
    template <typename F, typename... Extra>
    module_& def(const char* name, F&& function, const Extra&... extras) {
        static_assert(IsBindable<std::decay_t<F>>::value, "m.def needs a function, a lambda or a member function");
        basic::Function made = basic::makeFunction(std::decay_t<F>(function));
        made.name = name;
        detail::Extras all{made};
        (all.add(extras), ...);
        basic::addFunction(std::move(made), true);
        return *this;
    }
    detail::Attribute attr(const char* name) const { return {name}; }
    module_ def_submodule(const char*, const char* = nullptr);
    template <typename T>
    void add_object(const char* name, const T& value) { attr(name) = value; }
    std::string& doc();
};
using module = module_;

template <typename T, typename... Options>
class class_ : public object {
public:
    template <typename... A>
    class_(const module_&, const char*, const A&...);
    template <typename... A>
    class_& def(const A&...);
    template <typename... A>
    class_& def_readwrite(const A&...);
    template <typename... A>
    class_& def_readonly(const A&...);
};

}  // namespace pybind11

namespace basic {
template <>
struct Caster<pybind11::object> {
    using Stored = pybind11::object;
    static std::optional<Stored> read(Reader& r) {
        Stored value = Stored::of(r, false);
        r.skip();
        return value;
    }
    static std::string python() { return "object"; }
    static std::string schema() { return "Any"; }
};
template <>
struct ResultName<pybind11::list> : ResultName<pybind11::object> {};
template <>
struct ResultName<pybind11::none> : ResultName<pybind11::object> {};
template <>
struct ResultName<pybind11::str> : ResultName<pybind11::object> {};
}  // namespace basic

namespace py = pybind11;
namespace torch {
namespace py = pybind11;
template <typename R, typename... A>
auto wrap_pybind_function(R (*function)(A...)) -> R (*)(A...) { return function; }
template <typename R, typename... A>
auto wrap_pybind_function_no_gil(R (*function)(A...)) -> R (*)(A...) { return function; }
}  // namespace torch

#define PYBIND11_MODULE(name, variable, ...)                                                                          \
    static void BASIC_JOIN(pybind11_init_, name)(::pybind11::module_&);                                               \
    /* A second one of the name does not link, as with PyTorch. */                                                    \
    extern "C" void* BASIC_JOIN(PyInit_, name)();                                                                     \
    extern "C" void* BASIC_JOIN(PyInit_, name)() { return nullptr; }                                                  \
    static const ::basic::Definition BASIC_JOIN(basic_module_definition_, name)("module", [] {                        \
        ::pybind11::module_ made;                                                                                     \
        BASIC_JOIN(pybind11_init_, name)(made);                                                                       \
    });                                                                                                               \
    static void BASIC_JOIN(pybind11_init_, name)([[maybe_unused]] ::pybind11::module_ & variable)
