#pragma once
#include <basic/torch/irange.h>
