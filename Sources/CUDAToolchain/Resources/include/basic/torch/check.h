// Checks that throw, and the CUDA calls' checks. What is put into a message has to be printable, as in PyTorch.
#pragma once
#include <basic/torch/standard.h>

namespace c10 {
template <typename... Parts>
auto str(const Parts&... parts) -> decltype(((std::declval<std::ostream&>() << parts), ..., std::string())) {
    std::ostringstream text;
    ((text << parts), ...);
    return text.str();
}
inline std::string str() { return std::string(); }
inline std::string str(const char* text) { return text; }

class Error : public std::exception {
public:
    explicit Error(std::string message);
    Error(const Error&) = default;
    ~Error() override;
    const char* what() const noexcept override;
    const char* what_without_backtrace() const noexcept { return what(); }
    const std::string& msg() const { return message_; }

private:
    std::string message_;
};
#define BASIC_ERROR(Name)             \
    class Name : public Error {       \
    public:                           \
        using Error::Error;           \
        Name(const Name&) = default;  \
        ~Name() override;             \
    };
BASIC_ERROR(ValueError)
BASIC_ERROR(IndexError)
BASIC_ERROR(TypeError)
BASIC_ERROR(NotImplementedError)
BASIC_ERROR(LinAlgError)
#undef BASIC_ERROR

namespace detail {
[[noreturn]] void torchCheckFail(const char* file, int line, const std::string& message);
template <typename E>
[[noreturn]] void throwError(const char* condition, const std::string& message);
extern template void throwError<Error>(const char*, const std::string&);
extern template void throwError<ValueError>(const char*, const std::string&);
extern template void throwError<IndexError>(const char*, const std::string&);
extern template void throwError<TypeError>(const char*, const std::string&);
extern template void throwError<NotImplementedError>(const char*, const std::string&);
extern template void throwError<LinAlgError>(const char*, const std::string&);
void torchWarn(const std::string& message);
}  // namespace detail
}  // namespace c10

#define BASIC_CHECK(Kind, condition, ...)                                                                \
    if (!(condition)) {                                                                                  \
        ::c10::detail::throwError<::c10::Kind>(#condition, ::c10::str(__VA_ARGS__));                     \
    }
#define TORCH_CHECK(condition, ...) BASIC_CHECK(Error, condition, __VA_ARGS__)
#define TORCH_INTERNAL_ASSERT(...) TORCH_CHECK(__VA_ARGS__)
#define TORCH_INTERNAL_ASSERT_DEBUG_ONLY(...) TORCH_CHECK(__VA_ARGS__)
#define TORCH_CHECK_WITH(kind, condition, ...) BASIC_CHECK(kind, condition, __VA_ARGS__)
#define TORCH_CHECK_INDEX(condition, ...) BASIC_CHECK(IndexError, condition, __VA_ARGS__)
#define TORCH_CHECK_VALUE(condition, ...) BASIC_CHECK(ValueError, condition, __VA_ARGS__)
#define TORCH_CHECK_TYPE(condition, ...) BASIC_CHECK(TypeError, condition, __VA_ARGS__)
#define TORCH_CHECK_LINALG(condition, ...) BASIC_CHECK(LinAlgError, condition, __VA_ARGS__)
#define TORCH_CHECK_NOT_IMPLEMENTED(condition, ...) BASIC_CHECK(NotImplementedError, condition, __VA_ARGS__)
#define TORCH_CHECK_ARG(condition, position, ...) TORCH_CHECK(condition, __VA_ARGS__)
#define BASIC_TORCH_COMPARE(a, b, op)                                                                    \
    if (!((a)op(b))) {                                                                                   \
        ::c10::detail::torchCheckFail(                                                                   \
            __FILE__, __LINE__, ::c10::str("Check failed: " #a " " #op " " #b " (", (a), " vs. ", (b), "). ")); \
    }
#define TORCH_CHECK_EQ(a, b) BASIC_TORCH_COMPARE(a, b, ==)
#define TORCH_CHECK_NE(a, b) BASIC_TORCH_COMPARE(a, b, !=)
#define TORCH_CHECK_LE(a, b) BASIC_TORCH_COMPARE(a, b, <=)
#define TORCH_CHECK_LT(a, b) BASIC_TORCH_COMPARE(a, b, <)
#define TORCH_CHECK_GE(a, b) BASIC_TORCH_COMPARE(a, b, >=)
#define TORCH_CHECK_GT(a, b) BASIC_TORCH_COMPARE(a, b, >)
#define TORCH_WARN(...) ::c10::detail::torchWarn(::c10::str(__VA_ARGS__))
#define TORCH_WARN_ONCE(...)                                                     \
    do {                                                                         \
        static const bool basic_warned = (TORCH_WARN(__VA_ARGS__), true);        \
        (void)basic_warned;                                                      \
    } while (0)
#define AT_ERROR(...) ::c10::detail::torchCheckFail(__FILE__, __LINE__, ::c10::str(__VA_ARGS__))
#define AT_ASSERT(...) TORCH_INTERNAL_ASSERT(__VA_ARGS__)
#define AT_ASSERTM(condition, ...) TORCH_CHECK(condition, __VA_ARGS__)
#define CUDA_KERNEL_ASSERT(condition) assert(condition)
#define C10_THROW_ERROR(kind, message) throw ::c10::kind(message)
