// Random numbers of the device.
#pragma once

#include <ATen/core/Generator.h>

namespace virtual_cuda {

const at::Generator &default_generator();
at::Generator new_generator();
// The CPU's generator that works for one of the device; the default one's where none is given.
at::Generator host_generator(const at::Generator &generator);

}  // namespace virtual_cuda
