// c10::irange: for (const auto i : c10::irange(n)).
#pragma once
#include <basic/torch/standard.h>

namespace c10 {
template <typename T>
struct Counted {
    T value;
    T operator*() const { return value; }
    Counted& operator++() {
        ++value;
        return *this;
    }
    bool operator!=(const Counted& other) const { return value != other.value; }
};
template <typename T>
struct CountedRange {
    T first, last;
    Counted<T> begin() const { return {first}; }
    Counted<T> end() const { return {last < first ? first : last}; }
};
template <typename T>
CountedRange<T> irange(T end) { return {T(0), end}; }
template <typename A, typename B>
CountedRange<B> irange(A begin, B end) { return {static_cast<B>(begin), end}; }
}  // namespace c10
