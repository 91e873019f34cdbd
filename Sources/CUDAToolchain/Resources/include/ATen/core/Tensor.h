#pragma once
#include <basic/torch/tensor.h>
