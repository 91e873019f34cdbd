// What an extension exports: its description, and calls of its functions.
#include "state.h"

namespace basic {

Definition::Definition(const char* name, void (*define)()) { state().definitions.emplace_back(name, define); }
int64_t addFunction(Function function, bool isModules) {
    State& all = state();
    size_t index = all.functions.size();
    if (isModules) {
        auto known = std::find_if(all.names.begin(), all.names.end(), [&](auto& each) { return each.first == function.name; });
        if (known == all.names.end()) known = all.names.insert(all.names.end(), {function.name, {}});
        known->second.push_back(index);
    }
    all.functions.push_back(std::move(function));
    return static_cast<int64_t>(index);
}
void addLibraryEntry(LibraryEntry entry) { state().library.push_back(std::move(entry)); }
void addAttribute(const char* name, const Packer& value) { state().attributes.emplace_back(name, value.words); }

namespace {

std::string json(const std::string& text) {
    std::string made = "\"";
    for (unsigned char c : text) {
        char code[8];
        if (c == '"' || c == '\\') made += '\\', made += static_cast<char>(c);
        else if (c < 32) std::snprintf(code, sizeof code, "\\u%04x", c), made += code;
        else made += static_cast<char>(c);
    }
    return made + '"';
}
std::string valueText(const std::vector<int64_t>& words) {
    Reader r(words.data(), words.data() + words.size());
    switch (r.kind()) {
        case Kind::None: case Kind::Absent: return "None";
        case Kind::Bool: return *takeBool(r) ? "True" : "False";
        case Kind::Int: return std::to_string(*takeInt(r));
        case Kind::Double: {
            std::ostringstream text;
            text << r.number();
            return text.str().find_first_of(".en") == std::string::npos ? text.str() + ".0" : text.str();
        }
        case Kind::String: return "'" + r.text() + "'";
        default: return "...";
    }
}
std::string argumentName(const Function& function, size_t index) {
    const std::string& name = function.parameters[index].name;
    return name.empty() ? "arg" + std::to_string(index) : name;
}
// (x: torch.Tensor, n: int = 1) -> torch.Tensor
std::string signature(const Function& function) {
    std::string text = "(";
    for (size_t i = 0; i < function.parameters.size(); i++) {
        const Parameter& each = function.parameters[i];
        text += (i ? ", " : "") + argumentName(function, i) + ": " + each.python;
        if (each.hasDefault) text += " = " + valueText(each.value);
    }
    return text + ") -> " + function.result;
}
// (Tensor x, int n=1) -> Tensor: what PyTorch infers for an operator that is defined by its name alone
std::string schema(const Function& function) {
    std::string text = "(";
    for (size_t i = 0; i < function.parameters.size(); i++)
        text += (i ? ", " : "") + function.parameters[i].schema + " _" + std::to_string(i);
    return text + ") -> " + function.resultSchema;
}
void define() {
    State& all = state();
    if (std::exchange(all.isDefined, true)) return;
    for (auto& each : all.definitions) each.second();
}

const char* describe() {
    define();
    State& all = state();
    bool isModule = false;
    for (auto& each : all.definitions) isModule = isModule || *each.first;
    std::string text = "{\"module\":" + std::string(isModule ? "true" : "false") + ",\"doc\":" + json(all.documentation);
    text += ",\"functions\":[";
    for (auto& [name, overloads] : all.names) {
        text += (&name == &all.names.front().first ? "" : ",") + ("{\"name\":" + json(name)) + ",\"doc\":";
        std::string doc;
        for (size_t index : overloads) doc += (doc.empty() ? "" : "\n\n") + all.functions[index].doc;
        text += json(doc) + ",\"signatures\":[";
        for (size_t i = 0; i < overloads.size(); i++)
            text += (i ? "," : "") + json(name + signature(all.functions[overloads[i]]));
        text += "]}";
    }
    text += "],\"library\":[";
    for (size_t i = 0; i < all.library.size(); i++) {
        const LibraryEntry& each = all.library[i];
        text += (i ? "," : "") + ("{\"namespace\":" + json(each.name_space)) + ",\"key\":" + json(each.key) + ",\"schema\":";
        bool isBare = each.isDefinition && each.function >= 0 && each.schema.find('(') == std::string::npos;
        text += json(each.schema + (isBare ? schema(all.functions[static_cast<size_t>(each.function)]) : ""));
        text += ",\"defines\":" + std::string(each.isDefinition ? "true" : "false");
        text += ",\"function\":" + std::to_string(each.function) + "}";
    }
    text += "],\"attributes\":[";
    for (size_t i = 0; i < all.attributes.size(); i++) {
        text += (i ? ",[" : "[") + json(all.attributes[i].first);
        for (int64_t word : all.attributes[i].second) text += "," + std::to_string(word);
        text += "]";
    }
    all.description = text + "]}";
    return all.description.c_str();
}

// Places the arguments of a call at the parameters of a function; false where they cannot be.
bool place(const Function& function, Reader arguments, int64_t count, std::vector<Reader>& slots) {
    size_t parameters = function.parameters.size(), next = 0;
    std::vector<bool> isSet(parameters, false);
    slots.assign(parameters, Reader(nullptr, nullptr));
    for (int64_t i = 0; i < count; i++) {
        Reader value = arguments;
        arguments.skip();
        size_t at = next;
        if (value.kind() == Kind::Keyword) {
            value.word();
            std::string name = value.text();
            for (at = 0; at < parameters; at++)
                if (function.parameters[at].name == name) break;
        } else {
            next++;
        }
        if (at >= parameters || isSet[at]) return false;
        isSet[at] = true;
        slots[at] = value;
    }
    for (size_t i = 0; i < parameters; i++) {
        const Parameter& each = function.parameters[i];
        if (isSet[i]) continue;
        if (!each.hasDefault) return false;
        slots[i] = Reader(each.value.data(), each.value.data() + each.value.size());
    }
    return true;
}

enum Ending { Done, Failed, PythonFailed, NoMatch };

// The message: the number of a name, or -1 - the number of a function; then the count of the arguments, and they.
Ending run(Reader r, Packer& result) {
    State& all = state();
    int64_t target = r.word(), count = r.word();
    // All that arrived is given back, whether or not a function takes it.
    std::vector<at::Tensor> arrived;
    Reader values = r;
    for (int64_t i = 0; i < count; i++) values.skip(&arrived, true);
    std::vector<Reader> slots;
    if (target < 0) {
        const Function& function = all.functions.at(static_cast<size_t>(-1 - target));
        if (place(function, r, count, slots) && function.invoke(function.closure.get(), slots.data(), result)) return Done;
    } else {
        for (size_t index : all.names.at(static_cast<size_t>(target)).second) {
            const Function& function = all.functions[index];
            result.words.clear();
            if (place(function, r, count, slots) && function.invoke(function.closure.get(), slots.data(), result)) return Done;
        }
    }
    return NoMatch;
}

Ending failed(Packer& result, const char* type, const char* message) {
    result.words.clear();
    result.text(type), result.text(message);
    return Failed;
}

// The exceptions in the order in which pybind11 and PyTorch tell them apart.
Ending guarded(Reader r, Packer& result) {
    try {
        return run(r, result);
    } catch (const PythonError& e) { return PythonFailed;
    } catch (const c10::IndexError& e) { return failed(result, "IndexError", e.what());
    } catch (const c10::ValueError& e) { return failed(result, "ValueError", e.what());
    } catch (const c10::TypeError& e) { return failed(result, "TypeError", e.what());
    } catch (const c10::NotImplementedError& e) { return failed(result, "NotImplementedError", e.what());
    } catch (const c10::LinAlgError& e) { return failed(result, "LinAlgError", e.what());
    } catch (const c10::Error& e) { return failed(result, "RuntimeError", e.what());
    } catch (const pybind11::value_error& e) { return failed(result, "ValueError", e.what());
    } catch (const pybind11::index_error& e) { return failed(result, "IndexError", e.what());
    } catch (const pybind11::type_error& e) { return failed(result, "TypeError", e.what());
    } catch (const pybind11::key_error& e) { return failed(result, "KeyError", e.what());
    } catch (const pybind11::stop_iteration& e) { return failed(result, "StopIteration", e.what());
    } catch (const std::bad_alloc& e) { return failed(result, "MemoryError", e.what());
    } catch (const std::domain_error& e) { return failed(result, "ValueError", e.what());
    } catch (const std::invalid_argument& e) { return failed(result, "ValueError", e.what());
    } catch (const std::length_error& e) { return failed(result, "ValueError", e.what());
    } catch (const std::out_of_range& e) { return failed(result, "IndexError", e.what());
    } catch (const std::range_error& e) { return failed(result, "ValueError", e.what());
    } catch (const std::overflow_error& e) { return failed(result, "OverflowError", e.what());
    } catch (const std::exception& e) { return failed(result, "RuntimeError", e.what());
    } catch (...) { return failed(result, "RuntimeError", "Caught an unknown exception!");
    }
}

}  // namespace
}  // namespace basic

#define BASIC_EXPORT extern "C" __attribute__((visibility("default")))
BASIC_EXPORT void basic_extension_attach(basic::CallBack call) { basic::state().call = call; }

// JSON; nothing where a definition failed, and the reply is then as for a call.
BASIC_EXPORT const char* basic_extension_describe() {
    static std::string failure;
    try {
        return basic::describe();
    } catch (const std::exception& e) {
        failure = std::string("!") + e.what();
    } catch (...) {
        failure = "!An unknown exception";
    }
    return failure.c_str();
}

// The reply: the count of tensors that nobody holds any more, each with how often it arrived; then the result. It stays until
// the thread's next call.
BASIC_EXPORT int basic_extension_call(const int64_t* words, int64_t count, const int64_t** reply, int64_t* replyCount) {
    static thread_local std::vector<int64_t> kept;
    basic::Packer result;
    int ending = basic::guarded(basic::Reader(words, words + count), result);
    std::vector<int64_t> gone = basic::takeForgotten();
    kept.clear();
    kept.push_back(static_cast<int64_t>(gone.size()));
    kept.insert(kept.end(), gone.begin(), gone.end());
    kept.insert(kept.end(), result.words.begin(), result.words.end());
    *reply = kept.data();
    *replyCount = static_cast<int64_t>(kept.size());
    return ending;
}
