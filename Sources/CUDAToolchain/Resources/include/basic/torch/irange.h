// c10::irange: for (const auto i : c10::irange(n)).
#pragma once
#include <basic/torch/standard.h>

namespace c10 {
template <typename T>
struct Counted {
    T value;
    T operator*() const;
    Counted& operator++();
    bool operator!=(const Counted&) const;
};
template <typename T>
struct CountedRange {
    Counted<T> begin() const;
    Counted<T> end() const;
};
template <typename T>
CountedRange<T> irange(T end);
template <typename A, typename B>
CountedRange<B> irange(A begin, B end);
}  // namespace c10
