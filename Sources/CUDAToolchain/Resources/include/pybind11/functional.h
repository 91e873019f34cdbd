#pragma once
#include <functional>

#include <basic/torch/pybind.h>
