// The standard headers that PyTorch's own headers bring with them, so that candidates leave them out.
//
// These headers are bASIC's own: declarations after PyTorch's documented C++ API, enough for nvcc to parse and type-check the
// host half of an extension in a second. Nothing here links.
#pragma once

#if __cplusplus < 201703L
#error "PyTorch's headers need C++17 or later: leave -std out, or pass -std=c++17"
#endif

#include <array>
#include <atomic>
#include <cassert>
#include <cctype>
#include <cfloat>
#include <climits>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <initializer_list>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>
#include <pthread.h>

// Those that a source may do without: VirtualGPU/NeededHeaders.swift has the names for which those above are enough.
#if !defined(BASIC_FEW_STANDARD_HEADERS)
#include <algorithm>
#include <bitset>
#include <chrono>
#include <complex>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <list>
#include <mutex>
#include <numeric>
#include <ostream>
#include <queue>
#include <random>
#include <set>
#include <stack>
#include <thread>
#include <unordered_set>
#include <variant>
#endif

#if defined(__CUDACC__)
#if !defined(BASIC_NO_SMALL_FLOATS)
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#endif
#include <cuda_runtime.h>
#define C10_HOST_DEVICE __host__ __device__
#define C10_DEVICE __device__
#define C10_HOST __host__
#define C10_LAUNCH_BOUNDS_1(threads) __launch_bounds__(threads)
#define C10_LAUNCH_BOUNDS_2(threads, blocks) __launch_bounds__(threads, blocks)
#else
#define C10_HOST_DEVICE
#define C10_DEVICE
#define C10_HOST
#endif

#define C10_ALWAYS_INLINE inline __attribute__((always_inline))
#define C10_LIKELY(condition) (__builtin_expect(static_cast<bool>(condition), 1))
#define C10_UNLIKELY(condition) (__builtin_expect(static_cast<bool>(condition), 0))
#define C10_RESTRICT __restrict
#define C10_UNUSED __attribute__((unused))
#define C10_API
#define TORCH_API
#define TORCH_CUDA_CU_API
#define TORCH_CUDA_CPP_API
