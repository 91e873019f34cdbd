#pragma once
#include <basic/torch/check.h>
