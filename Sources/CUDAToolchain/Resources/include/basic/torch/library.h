// TORCH_LIBRARY: registration of operators without Python.
#pragma once
#include <basic/torch/standard.h>

namespace torch {
class Library {
public:
    template <typename... A>
    Library& def(const A&...);
    template <typename... A>
    Library& impl(const A&...);
};
}  // namespace torch

#define BASIC_JOIN_(a, b) a##b
#define BASIC_JOIN(a, b) BASIC_JOIN_(a, b)
#define TORCH_LIBRARY(ns, m) [[maybe_unused]] static void BASIC_JOIN(torch_library_, ns)(::torch::Library & m)
#define TORCH_LIBRARY_FRAGMENT(ns, m) \
    [[maybe_unused]] static void BASIC_JOIN(torch_library_fragment_##ns, __LINE__)(::torch::Library & m)
#define TORCH_LIBRARY_IMPL(ns, key, m) [[maybe_unused]] static void torch_library_##ns##_##key(::torch::Library & m)
