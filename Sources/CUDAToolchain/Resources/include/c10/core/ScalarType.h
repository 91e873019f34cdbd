#pragma once
#include <basic/torch/scalar_type.h>
