#pragma once
#include <basic/torch/pybind.h>
