// Checks that throw, and the CUDA calls' checks. What is put into a message has to be printable, as in PyTorch.
#pragma once
#include <basic/torch/standard.h>

namespace c10 {
template <typename... Parts>
auto str(const Parts&... parts) -> decltype(((std::declval<std::ostream&>() << parts), ..., std::string()));
inline std::string str() { return std::string(); }

class Error : public std::exception {
public:
    explicit Error(std::string message);
    const char* what() const noexcept override;
    const std::string& msg() const;
};
class ValueError : public Error { using Error::Error; };
class IndexError : public Error { using Error::Error; };
class TypeError : public Error { using Error::Error; };
class NotImplementedError : public Error { using Error::Error; };

namespace detail {
[[noreturn]] void torchCheckFail(const char* file, int line, const std::string& message);
void torchWarn(const std::string& message);
}  // namespace detail
}  // namespace c10

#define TORCH_CHECK(condition, ...)                                                                      \
    if (!(condition)) {                                                                                  \
        ::c10::detail::torchCheckFail(__FILE__, __LINE__, ::c10::str(__VA_ARGS__));                      \
    }
#define TORCH_INTERNAL_ASSERT(...) TORCH_CHECK(__VA_ARGS__)
#define TORCH_INTERNAL_ASSERT_DEBUG_ONLY(...) TORCH_CHECK(__VA_ARGS__)
#define TORCH_CHECK_WITH(kind, ...) TORCH_CHECK(__VA_ARGS__)
#define TORCH_CHECK_INDEX(...) TORCH_CHECK(__VA_ARGS__)
#define TORCH_CHECK_VALUE(...) TORCH_CHECK(__VA_ARGS__)
#define TORCH_CHECK_TYPE(...) TORCH_CHECK(__VA_ARGS__)
#define TORCH_CHECK_LINALG(...) TORCH_CHECK(__VA_ARGS__)
#define TORCH_CHECK_NOT_IMPLEMENTED(...) TORCH_CHECK(__VA_ARGS__)
#define BASIC_TORCH_COMPARE(a, b, op) if (!((a)op(b))) ::c10::detail::torchCheckFail(__FILE__, __LINE__, "");
#define TORCH_CHECK_EQ(a, b) BASIC_TORCH_COMPARE(a, b, ==)
#define TORCH_CHECK_NE(a, b) BASIC_TORCH_COMPARE(a, b, !=)
#define TORCH_CHECK_LE(a, b) BASIC_TORCH_COMPARE(a, b, <=)
#define TORCH_CHECK_LT(a, b) BASIC_TORCH_COMPARE(a, b, <)
#define TORCH_CHECK_GE(a, b) BASIC_TORCH_COMPARE(a, b, >=)
#define TORCH_CHECK_GT(a, b) BASIC_TORCH_COMPARE(a, b, >)
#define TORCH_WARN(...) ::c10::detail::torchWarn(::c10::str(__VA_ARGS__))
#define TORCH_WARN_ONCE(...) TORCH_WARN(__VA_ARGS__)
#define AT_ERROR(...) ::c10::detail::torchCheckFail(__FILE__, __LINE__, ::c10::str(__VA_ARGS__))
#define AT_ASSERT(...) TORCH_INTERNAL_ASSERT(__VA_ARGS__)
#define AT_ASSERTM(condition, ...) TORCH_CHECK(condition, __VA_ARGS__)
#define CUDA_KERNEL_ASSERT(condition) assert(condition)
#define C10_THROW_ERROR(kind, message) throw ::c10::kind(message)
