// TORCH_LIBRARY: registration of operators without Python.
#pragma once
#include <basic/torch/functions_table.h>

namespace torch {
class Library {
public:
    Library(const char* name_space, const char* key) : name_space_(name_space), key_(key) {}
    // A schema alone, or a schema or a name with what computes it.
    Library& def(const char* schema) {
        basic::addLibraryEntry({name_space_, key_, schema, -1, true});
        return *this;
    }
    template <typename F, typename... Extra>
    Library& def(const char* schema, F&& function, const Extra&...) {
        auto index = basic::addFunction(basic::makeFunction(std::decay_t<F>(function)), false);
        basic::addLibraryEntry({name_space_, key_, schema, index, true});
        return *this;
    }
    template <typename F, typename... Extra>
    Library& impl(const char* name, F&& function, const Extra&...) {
        auto index = basic::addFunction(basic::makeFunction(std::decay_t<F>(function)), false);
        basic::addLibraryEntry({name_space_, key_, name, index, false});
        return *this;
    }

private:
    std::string name_space_, key_;
};
}  // namespace torch

#define TORCH_FN(function) (&function)
#define BASIC_JOIN_(a, b) a##b
#define BASIC_JOIN(a, b) BASIC_JOIN_(a, b)
#define BASIC_LIBRARY(id, ns, key, m)                                                              \
    static void BASIC_JOIN(basic_library_, id)(::torch::Library&);                                 \
    static const ::basic::Definition BASIC_JOIN(basic_library_definition_, id)("", [] {            \
        ::torch::Library library(ns, key);                                                         \
        BASIC_JOIN(basic_library_, id)(library);                                                   \
    });                                                                                            \
    static void BASIC_JOIN(basic_library_, id)([[maybe_unused]] ::torch::Library & m)
#define TORCH_LIBRARY(ns, m) BASIC_LIBRARY(ns, #ns, "", m)
#define TORCH_LIBRARY_FRAGMENT(ns, m) BASIC_LIBRARY(BASIC_JOIN(ns, __LINE__), #ns, "", m)
#define TORCH_LIBRARY_IMPL(ns, key, m) BASIC_LIBRARY(BASIC_JOIN(ns##_##key##_, __LINE__), #ns, #key, m)
