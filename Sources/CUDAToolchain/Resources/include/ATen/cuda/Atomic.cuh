#pragma once
#include <basic/torch/atomics.cuh>
