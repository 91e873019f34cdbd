// What the files of the bridge share; candidates never see it.
#pragma once
#include <basic/torch/pybind.h>

namespace basic {

// Sends a message, and the numbers of tensors that nobody holds any more, each with how often it arrived. Python answers with
// the number of words of its reply, which stay where they are until the thread's next message; negative: a text, and Python
// keeps the exception.
using CallBack = int64_t (*)(
    const int64_t* words, int64_t count, const int64_t* gone, int64_t goneCount, const int64_t** reply);

struct State {
    CallBack call = nullptr;
    std::mutex lock;
    std::unordered_map<int64_t, TensorImpl*> tensors;
    std::vector<int64_t> forgotten;
    std::vector<std::pair<const char*, void (*)()>> definitions;
    bool isDefined = false;
    std::vector<Function> functions;
    // The functions of a name, in the order in which they are tried.
    std::vector<std::pair<std::string, std::vector<size_t>>> names;
    std::vector<LibraryEntry> library;
    std::vector<std::pair<std::string, std::vector<int64_t>>> attributes;
    std::string documentation, description;
};
// Never destroyed: tensors in static variables outlive everything.
State& state();
std::vector<int64_t> takeForgotten();

// An exception that Python keeps, on its way through C++.
class PythonError : public c10::Error {
public:
    using c10::Error::Error;
    PythonError(const PythonError&) = default;
    ~PythonError() override;
};

}  // namespace basic
