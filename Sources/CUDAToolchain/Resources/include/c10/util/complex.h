#pragma once
#include <basic/torch/float_types.h>
