#pragma once
#include <complex>

#include <basic/torch/float_types.h>
