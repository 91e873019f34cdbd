// Half and BFloat16. Device code computes with them, so these are defined, not only declared.
#pragma once
#include <basic/torch/standard.h>

namespace c10 {

// A source that names no such type has none in its device code.
#if defined(__CUDACC__) && !defined(BASIC_NO_SMALL_FLOATS)
#define BASIC_SMALL_FLOAT_CUDA(Name, Native, to_bits, from_bits, to_float, from_float)                  \
    C10_HOST_DEVICE Name(float value) { x = to_bits(from_float(value)); }                                \
    C10_HOST_DEVICE Name(const Native& value) { x = to_bits(value); }                                    \
    C10_HOST_DEVICE operator float() const { return to_float(from_bits(x)); }                            \
    C10_HOST_DEVICE operator Native() const { return from_bits(x); }
#define BASIC_HALF_CONVERSIONS \
    BASIC_SMALL_FLOAT_CUDA(Half, __half, __half_as_ushort, __ushort_as_half, __half2float, __float2half)
#define BASIC_BFLOAT16_CONVERSIONS                                                                       \
    BASIC_SMALL_FLOAT_CUDA(                                                                              \
        BFloat16, __nv_bfloat16, __bfloat16_as_ushort, __ushort_as_bfloat16, __bfloat162float, __float2bfloat16)
#else
// In the bridge.
#define BASIC_HALF_CONVERSIONS Half(float value); operator float() const;
#define BASIC_BFLOAT16_CONVERSIONS BFloat16(float value); operator float() const;
#endif

struct alignas(2) Half {
    unsigned short x;
    struct from_bits_t {};
    static constexpr C10_HOST_DEVICE from_bits_t from_bits() { return {}; }
    Half() = default;
    constexpr C10_HOST_DEVICE Half(unsigned short bits, from_bits_t) : x(bits) {}
    BASIC_HALF_CONVERSIONS
};

struct alignas(2) BFloat16 {
    unsigned short x;
    struct from_bits_t {};
    static constexpr C10_HOST_DEVICE from_bits_t from_bits() { return {}; }
    BFloat16() = default;
    constexpr C10_HOST_DEVICE BFloat16(unsigned short bits, from_bits_t) : x(bits) {}
    BASIC_BFLOAT16_CONVERSIONS
};

// Arithmetic between two of a kind stays in the kind; with a float or double it becomes theirs, with an integer the kind's.
#define BASIC_SMALL_FLOAT_OPERATOR(T, op)                                                                \
    inline C10_HOST_DEVICE T operator op(const T& a, const T& b) { return float(a) op float(b); }        \
    inline C10_HOST_DEVICE float operator op(T a, float b) { return float(a) op b; }                     \
    inline C10_HOST_DEVICE float operator op(float a, T b) { return a op float(b); }                     \
    inline C10_HOST_DEVICE double operator op(T a, double b) { return double(float(a)) op b; }           \
    inline C10_HOST_DEVICE double operator op(double a, T b) { return a op double(float(b)); }           \
    inline C10_HOST_DEVICE T operator op(T a, int b) { return float(a) op float(b); }                    \
    inline C10_HOST_DEVICE T operator op(int a, T b) { return float(a) op float(b); }                    \
    inline C10_HOST_DEVICE T operator op(T a, int64_t b) { return float(a) op float(b); }                \
    inline C10_HOST_DEVICE T operator op(int64_t a, T b) { return float(a) op float(b); }                \
    inline C10_HOST_DEVICE T& operator op##=(T& a, const T& b) { return a = float(a) op float(b); }      \
    inline C10_HOST_DEVICE float& operator op##=(float& a, const T& b) { return a = a op float(b); }

#define BASIC_SMALL_FLOAT(T)                                                                             \
    BASIC_SMALL_FLOAT_OPERATOR(T, +)                                                                     \
    BASIC_SMALL_FLOAT_OPERATOR(T, -)                                                                     \
    BASIC_SMALL_FLOAT_OPERATOR(T, *)                                                                     \
    BASIC_SMALL_FLOAT_OPERATOR(T, /)                                                                     \
    inline C10_HOST_DEVICE T operator-(const T& a) { return -float(a); }                                 \
    std::ostream& operator<<(std::ostream&, const T&);

BASIC_SMALL_FLOAT(Half)
BASIC_SMALL_FLOAT(BFloat16)

template <typename T>
struct alignas(sizeof(T) * 2) complex {
    T real_ = T(0);
    T imag_ = T(0);
    constexpr complex() = default;
    C10_HOST_DEVICE constexpr complex(const T& re, const T& im = T()) : real_(re), imag_(im) {}
    C10_HOST_DEVICE constexpr T real() const { return real_; }
    C10_HOST_DEVICE constexpr T imag() const { return imag_; }
};

}  // namespace c10

namespace std {
#define BASIC_SMALL_FLOAT_LIMITS(T, low, least, greatest, eps, inf, nan)                                 \
    template <>                                                                                          \
    class numeric_limits<c10::T> {                                                                       \
    public:                                                                                              \
        static constexpr bool is_specialized = true, is_signed = true, is_integer = false;               \
        static constexpr bool has_infinity = true, has_quiet_NaN = true;                                 \
        static constexpr C10_HOST_DEVICE c10::T lowest() { return {low, c10::T::from_bits()}; }          \
        static constexpr C10_HOST_DEVICE c10::T min() { return {least, c10::T::from_bits()}; }           \
        static constexpr C10_HOST_DEVICE c10::T max() { return {greatest, c10::T::from_bits()}; }        \
        static constexpr C10_HOST_DEVICE c10::T epsilon() { return {eps, c10::T::from_bits()}; }         \
        static constexpr C10_HOST_DEVICE c10::T infinity() { return {inf, c10::T::from_bits()}; }        \
        static constexpr C10_HOST_DEVICE c10::T quiet_NaN() { return {nan, c10::T::from_bits()}; }       \
    };
BASIC_SMALL_FLOAT_LIMITS(Half, 0xFBFF, 0x0400, 0x7BFF, 0x1400, 0x7C00, 0x7E00)
BASIC_SMALL_FLOAT_LIMITS(BFloat16, 0xFF7F, 0x0080, 0x7F7F, 0x3C00, 0x7F80, 0x7FC0)
}  // namespace std
