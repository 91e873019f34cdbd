#pragma once
#include <basic/torch/options.h>
