// The functions that an extension offers: what PYBIND11_MODULE and TORCH_LIBRARY define, with their signatures.
#pragma once
#include <basic/torch/casters.h>

namespace basic {

struct Parameter {
    std::string name, python, schema;
    bool hasDefault = false;
    std::vector<int64_t> value;
};
struct Function {
    std::string name, doc, result, resultSchema;
    std::vector<Parameter> parameters;
    std::shared_ptr<void> closure;
    // False where an argument does not fit. There is a reader for each parameter.
    bool (*invoke)(void* closure, Reader* arguments, Packer& result) = nullptr;
};
struct LibraryEntry {
    std::string name_space, key, schema;
    // Of the functions; -1 where there is only a schema.
    int64_t function = -1;
    bool isDefinition = false;
};

int64_t addFunction(Function, bool isModules);
void addLibraryEntry(LibraryEntry);
void addAttribute(const char* name, const Packer& value);
void setDocumentation(const std::string&);
// What defines the functions; it runs when the extension is described first. `name` is PYBIND11_MODULE's, or empty.
struct Definition {
    Definition(const char* name, void (*define)());
};

template <typename R>
struct ResultName {
    static std::string python() { return Caster<std::decay_t<R>>::python(); }
    static std::string schema() { return Caster<std::decay_t<R>>::schema(); }
};
template <>
struct ResultName<void> {
    static std::string python() { return "None"; }
    static std::string schema() { return "()"; }
};
template <>
struct ResultName<c10::Device> : ResultName<const c10::Device&> {};

template <typename F, typename R, typename... A>
struct Invocation {
    static bool run(void* closure, Reader* arguments, Packer& result) {
        return apply(*static_cast<F*>(closure), arguments, result, std::index_sequence_for<A...>());
    }
    template <size_t... I>
    static bool apply(F& function, [[maybe_unused]] Reader* arguments, Packer& result, std::index_sequence<I...>) {
        [[maybe_unused]] std::tuple<std::optional<typename Caster<std::decay_t<A>>::Stored>...> kept{
            Caster<std::decay_t<A>>::read(arguments[I])...};
        if (!(std::get<I>(kept).has_value() && ... && true)) return false;
        if constexpr (std::is_void_v<R>) {
            function(Giver<A, Caster<std::decay_t<A>>>::give(*std::get<I>(kept))...);
            result.kind(Kind::None);
        } else {
            put(result, function(Giver<A, Caster<std::decay_t<A>>>::give(*std::get<I>(kept))...));
        }
        return true;
    }
    static Function make(F function) {
        Function made;
        made.closure = std::make_shared<F>(std::move(function));
        made.invoke = &run;
        made.result = ResultName<R>::python();
        made.resultSchema = ResultName<R>::schema();
        (made.parameters.push_back(
             {std::string(), Caster<std::decay_t<A>>::python(), Caster<std::decay_t<A>>::schema(), false, {}}),
         ...);
        return made;
    }
};

template <typename R, typename... A>
Function makeFunction(R (*function)(A...)) { return Invocation<R (*)(A...), R, A...>::make(function); }
template <typename F, typename R, typename C, typename... A>
Function makeClosure(F function, R (C::*)(A...) const) { return Invocation<F, R, A...>::make(std::move(function)); }
template <typename F, typename R, typename C, typename... A>
Function makeClosure(F function, R (C::*)(A...)) { return Invocation<F, R, A...>::make(std::move(function)); }
template <typename F, typename = decltype(&F::operator())>
Function makeFunction(F function) { return makeClosure(std::move(function), &F::operator()); }

}  // namespace basic
