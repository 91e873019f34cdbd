// The Python side of an extension: enough of pybind11 for PYBIND11_MODULE and its definitions to parse.
#pragma once
#include <basic/torch/frontend.h>

namespace pybind11 {

class object {
public:
    template <typename T>
    T cast() const;
    object attr(const char*) const;
    template <typename... A>
    object operator()(A&&...) const;
    bool is_none() const;
};
using handle = object;
struct none : object {};
struct str : object { str(const std::string& = ""); };
struct bytes : object { bytes(const std::string& = ""); };
struct list : object { template <typename T> void append(T&&); };
struct dict : object { object operator[](const char*) const; };
struct tuple : object { object operator[](size_t) const; size_t size() const; };
struct function : object {};
struct args : tuple {};
struct kwargs : dict {};
template <typename... A>
tuple make_tuple(A&&...);

struct arg_v {};
struct arg {
    constexpr explicit arg(const char*) {}
    template <typename T>
    arg_v operator=(T&&) const;
    arg& noconvert(bool = true);
};
inline namespace literals {
arg operator""_a(const char*, size_t);
}
template <typename... T>
struct call_guard {};
struct gil_scoped_release { gil_scoped_release(); ~gil_scoped_release(); };
struct gil_scoped_acquire { gil_scoped_acquire(); ~gil_scoped_acquire(); };
enum class return_value_policy { automatic, copy, move, reference, take_ownership };
template <typename... A>
struct init_t {};
template <typename... A>
init_t<A...> init();

// Only what can be called can be bound.
template <typename F, typename = void>
struct IsBindable : std::is_member_function_pointer<std::decay_t<F>> {};
template <typename R, typename... A>
struct IsBindable<R (*)(A...), void> : std::true_type {};
template <typename F>
struct IsBindable<F, std::void_t<decltype(&std::decay_t<F>::operator())>> : std::true_type {};

class module_ : public object {
public:
    template <typename F, typename... Extra>
    module_& def(const char*, F&&, const Extra&...) {
        static_assert(IsBindable<std::decay_t<F>>::value, "m.def needs a function, a lambda or a member function");
        return *this;
    }
    module_ def_submodule(const char*, const char* = nullptr);
    template <typename T>
    void add_object(const char*, T&&);
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

namespace py = pybind11;
namespace torch {
namespace py = pybind11;
template <typename R, typename... A>
R (*wrap_pybind_function(R (*function)(A...)))(A...);
template <typename R, typename... A>
R (*wrap_pybind_function_no_gil(R (*function)(A...)))(A...);
}  // namespace torch

#define PYBIND11_MODULE(name, variable, ...)                                                                          \
    static void BASIC_JOIN(pybind11_init_, name)(::pybind11::module_&);                                               \
    extern "C" void* BASIC_JOIN(PyInit_, name)();                                                                     \
    [[maybe_unused]] static void BASIC_JOIN(pybind11_init_, name)([[maybe_unused]] ::pybind11::module_ & variable)
