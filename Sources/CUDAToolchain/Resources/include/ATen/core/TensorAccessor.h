#pragma once
#include <basic/torch/accessor.h>
