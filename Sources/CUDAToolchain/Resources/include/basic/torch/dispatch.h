// AT_DISPATCH_…: the body once for each element type, as scalar_t, so that every kernel it launches is instantiated.
#pragma once
#include <basic/torch/check.h>
#include <basic/torch/scalar_type.h>

namespace at {
class DeprecatedTypeProperties;
}
namespace basic {
[[noreturn]] void notImplemented(const char* name, c10::ScalarType type);
}

namespace detail {
inline c10::ScalarType scalar_type(c10::ScalarType type) { return type; }
c10::ScalarType scalar_type(const at::DeprecatedTypeProperties&);
}  // namespace detail

#define AT_DISPATCH_CASE(enum_type, ...)                                                                 \
    case enum_type: {                                                                                    \
        using scalar_t [[maybe_unused]] = ::c10::impl::ScalarTypeToCPPTypeT<enum_type>;                  \
        return __VA_ARGS__();                                                                            \
    }
#define AT_PRIVATE_CASE_TYPE_USING_HINT(enum_type, hint, ...)                                            \
    case enum_type: {                                                                                    \
        using hint [[maybe_unused]] = ::c10::impl::ScalarTypeToCPPTypeT<enum_type>;                      \
        return __VA_ARGS__();                                                                            \
    }
#define AT_DISPATCH_SWITCH(TYPE, NAME, ...)                                                              \
    [&] {                                                                                                \
        const auto& the_type = TYPE;                                                                     \
        [[maybe_unused]] constexpr const char* at_dispatch_name = NAME;                                  \
        switch (::detail::scalar_type(the_type)) {                                                       \
            __VA_ARGS__                                                                                  \
            default:                                                                                     \
                ::basic::notImplemented(at_dispatch_name, ::detail::scalar_type(the_type));              \
        }                                                                                                \
    }()

#define BASIC_CASE_OF(name, ...) AT_DISPATCH_CASE(::at::ScalarType::name, __VA_ARGS__)
// One to four types that are named.
#define BASIC_CASES_1(A, ...) AT_DISPATCH_CASE(A, __VA_ARGS__)
#define BASIC_CASES_2(A, B, ...) BASIC_CASES_1(A, __VA_ARGS__) AT_DISPATCH_CASE(B, __VA_ARGS__)
#define BASIC_CASES_3(A, B, C, ...) BASIC_CASES_2(A, B, __VA_ARGS__) AT_DISPATCH_CASE(C, __VA_ARGS__)
#define BASIC_CASES_4(A, B, C, D, ...) BASIC_CASES_3(A, B, C, __VA_ARGS__) AT_DISPATCH_CASE(D, __VA_ARGS__)

#define AT_DISPATCH_CASE_FLOATING_TYPES(...) BASIC_CASE_OF(Double, __VA_ARGS__) BASIC_CASE_OF(Float, __VA_ARGS__)
#define AT_DISPATCH_CASE_FLOATING_TYPES_AND_HALF(...)                                                    \
    AT_DISPATCH_CASE_FLOATING_TYPES(__VA_ARGS__) BASIC_CASE_OF(Half, __VA_ARGS__)
#define AT_DISPATCH_CASE_INTEGRAL_TYPES(...)                                                             \
    BASIC_CASE_OF(Byte, __VA_ARGS__)                                                                     \
    BASIC_CASE_OF(Char, __VA_ARGS__)                                                                     \
    BASIC_CASE_OF(Int, __VA_ARGS__)                                                                      \
    BASIC_CASE_OF(Long, __VA_ARGS__)                                                                     \
    BASIC_CASE_OF(Short, __VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES(...)                                                                  \
    AT_DISPATCH_CASE_INTEGRAL_TYPES(__VA_ARGS__) AT_DISPATCH_CASE_FLOATING_TYPES(__VA_ARGS__)
#define AT_DISPATCH_CASE_COMPLEX_TYPES(...)                                                              \
    BASIC_CASE_OF(ComplexDouble, __VA_ARGS__) BASIC_CASE_OF(ComplexFloat, __VA_ARGS__)
#define AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES(...)                                                 \
    AT_DISPATCH_CASE_FLOATING_TYPES(__VA_ARGS__) AT_DISPATCH_CASE_COMPLEX_TYPES(__VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX(...)                                                      \
    AT_DISPATCH_CASE_ALL_TYPES(__VA_ARGS__) AT_DISPATCH_CASE_COMPLEX_TYPES(__VA_ARGS__)
#define AT_DISPATCH_CASE_REDUCED_FLOATING_TYPES(...)                                                     \
    BASIC_CASE_OF(Half, __VA_ARGS__) BASIC_CASE_OF(BFloat16, __VA_ARGS__)

// The same with types beside them.
#define AT_DISPATCH_CASE_FLOATING_TYPES_AND(A, ...)                                                      \
    AT_DISPATCH_CASE_FLOATING_TYPES(__VA_ARGS__) BASIC_CASES_1(A, __VA_ARGS__)
#define AT_DISPATCH_CASE_FLOATING_TYPES_AND2(A, B, ...)                                                  \
    AT_DISPATCH_CASE_FLOATING_TYPES(__VA_ARGS__) BASIC_CASES_2(A, B, __VA_ARGS__)
#define AT_DISPATCH_CASE_FLOATING_TYPES_AND3(A, B, C, ...)                                               \
    AT_DISPATCH_CASE_FLOATING_TYPES(__VA_ARGS__) BASIC_CASES_3(A, B, C, __VA_ARGS__)
#define AT_DISPATCH_CASE_FLOATING_TYPES_AND4(A, B, C, D, ...)                                            \
    AT_DISPATCH_CASE_FLOATING_TYPES(__VA_ARGS__) BASIC_CASES_4(A, B, C, D, __VA_ARGS__)
#define AT_DISPATCH_CASE_INTEGRAL_TYPES_AND(A, ...)                                                      \
    AT_DISPATCH_CASE_INTEGRAL_TYPES(__VA_ARGS__) BASIC_CASES_1(A, __VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES_AND(A, ...) AT_DISPATCH_CASE_ALL_TYPES(__VA_ARGS__) BASIC_CASES_1(A, __VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES_AND2(A, B, ...)                                                       \
    AT_DISPATCH_CASE_ALL_TYPES(__VA_ARGS__) BASIC_CASES_2(A, B, __VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES_AND3(A, B, C, ...)                                                    \
    AT_DISPATCH_CASE_ALL_TYPES(__VA_ARGS__) BASIC_CASES_3(A, B, C, __VA_ARGS__)
#define AT_DISPATCH_CASE_COMPLEX_TYPES_AND(A, ...)                                                       \
    AT_DISPATCH_CASE_COMPLEX_TYPES(__VA_ARGS__) BASIC_CASES_1(A, __VA_ARGS__)
#define AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND1(A, ...)                                         \
    AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES(__VA_ARGS__) BASIC_CASES_1(A, __VA_ARGS__)
#define AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND2(A, B, ...)                                      \
    AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES(__VA_ARGS__) BASIC_CASES_2(A, B, __VA_ARGS__)
#define AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND3(A, B, C, ...)                                   \
    AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES(__VA_ARGS__) BASIC_CASES_3(A, B, C, __VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND(A, ...)                                               \
    AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX(__VA_ARGS__) BASIC_CASES_1(A, __VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND2(A, B, ...)                                           \
    AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX(__VA_ARGS__) BASIC_CASES_2(A, B, __VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND3(A, B, C, ...)                                        \
    AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX(__VA_ARGS__) BASIC_CASES_3(A, B, C, __VA_ARGS__)

#define AT_DISPATCH_FLOATING_TYPES(T, N, ...) AT_DISPATCH_SWITCH(T, N, AT_DISPATCH_CASE_FLOATING_TYPES(__VA_ARGS__))
#define AT_DISPATCH_FLOATING_TYPES_AND_HALF(T, N, ...)                                                   \
    AT_DISPATCH_SWITCH(T, N, AT_DISPATCH_CASE_FLOATING_TYPES_AND_HALF(__VA_ARGS__))
#define AT_DISPATCH_REDUCED_FLOATING_TYPES(T, N, ...)                                                    \
    AT_DISPATCH_SWITCH(T, N, AT_DISPATCH_CASE_REDUCED_FLOATING_TYPES(__VA_ARGS__))
#define AT_DISPATCH_INTEGRAL_TYPES(T, N, ...) AT_DISPATCH_SWITCH(T, N, AT_DISPATCH_CASE_INTEGRAL_TYPES(__VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES(T, N, ...) AT_DISPATCH_SWITCH(T, N, AT_DISPATCH_CASE_ALL_TYPES(__VA_ARGS__))
#define AT_DISPATCH_COMPLEX_TYPES(T, N, ...) AT_DISPATCH_SWITCH(T, N, AT_DISPATCH_CASE_COMPLEX_TYPES(__VA_ARGS__))
#define AT_DISPATCH_FLOATING_AND_COMPLEX_TYPES(T, N, ...)                                                \
    AT_DISPATCH_SWITCH(T, N, AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES(__VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND_COMPLEX(T, N, ...)                                                     \
    AT_DISPATCH_SWITCH(T, N, AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX(__VA_ARGS__))
#define AT_DISPATCH_FLOATING_TYPES_AND(A, T, N, ...)                                                     \
    AT_DISPATCH_SWITCH(T, N, AT_DISPATCH_CASE_FLOATING_TYPES_AND(A, __VA_ARGS__))
#define AT_DISPATCH_FLOATING_TYPES_AND2(A, B, T, N, ...)                                                 \
    AT_DISPATCH_SWITCH(T, N, AT_DISPATCH_CASE_FLOATING_TYPES_AND2(A, B, __VA_ARGS__))
#define AT_DISPATCH_FLOATING_TYPES_AND3(A, B, C, T, N, ...)                                              \
    AT_DISPATCH_SWITCH(T, N, AT_DISPATCH_CASE_FLOATING_TYPES_AND3(A, B, C, __VA_ARGS__))
#define AT_DISPATCH_FLOATING_TYPES_AND4(A, B, C, D, T, N, ...)                                           \
    AT_DISPATCH_SWITCH(T, N, AT_DISPATCH_CASE_FLOATING_TYPES_AND4(A, B, C, D, __VA_ARGS__))
#define AT_DISPATCH_INTEGRAL_TYPES_AND(A, T, N, ...)                                                     \
    AT_DISPATCH_SWITCH(T, N, AT_DISPATCH_CASE_INTEGRAL_TYPES_AND(A, __VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND(A, T, N, ...)                                                          \
    AT_DISPATCH_SWITCH(T, N, AT_DISPATCH_CASE_ALL_TYPES_AND(A, __VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND2(A, B, T, N, ...)                                                      \
    AT_DISPATCH_SWITCH(T, N, AT_DISPATCH_CASE_ALL_TYPES_AND2(A, B, __VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND3(A, B, C, T, N, ...)                                                   \
    AT_DISPATCH_SWITCH(T, N, AT_DISPATCH_CASE_ALL_TYPES_AND3(A, B, C, __VA_ARGS__))
#define AT_DISPATCH_COMPLEX_TYPES_AND(A, T, N, ...)                                                      \
    AT_DISPATCH_SWITCH(T, N, AT_DISPATCH_CASE_COMPLEX_TYPES_AND(A, __VA_ARGS__))
#define AT_DISPATCH_FLOATING_AND_COMPLEX_TYPES_AND1(A, T, N, ...)                                        \
    AT_DISPATCH_SWITCH(T, N, AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND1(A, __VA_ARGS__))
#define AT_DISPATCH_FLOATING_AND_COMPLEX_TYPES_AND2(A, B, T, N, ...)                                     \
    AT_DISPATCH_SWITCH(T, N, AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND2(A, B, __VA_ARGS__))
#define AT_DISPATCH_FLOATING_AND_COMPLEX_TYPES_AND3(A, B, C, T, N, ...)                                  \
    AT_DISPATCH_SWITCH(T, N, AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND3(A, B, C, __VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND_COMPLEX_AND(A, T, N, ...)                                              \
    AT_DISPATCH_SWITCH(T, N, AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND(A, __VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND_COMPLEX_AND2(A, B, T, N, ...)                                          \
    AT_DISPATCH_SWITCH(T, N, AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND2(A, B, __VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND_COMPLEX_AND3(A, B, C, T, N, ...)                                       \
    AT_DISPATCH_SWITCH(T, N, AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND3(A, B, C, __VA_ARGS__))
#define AT_DISPATCH_INDEX_TYPES(T, N, ...)                                                               \
    AT_DISPATCH_SWITCH(                                                                                  \
        T, N,                                                                                            \
        AT_PRIVATE_CASE_TYPE_USING_HINT(::at::ScalarType::Int, index_t, __VA_ARGS__)                     \
            AT_PRIVATE_CASE_TYPE_USING_HINT(::at::ScalarType::Long, index_t, __VA_ARGS__))
