// Any operator of the device: the CPU's, over the device's memory.
#pragma once

#include <ATen/core/dispatch/Dispatcher.h>

namespace virtual_cuda {

void fallback(const c10::OperatorHandle &op, torch::jit::Stack *stack);

}  // namespace virtual_cuda
