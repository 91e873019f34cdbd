#pragma once
#include <basic/torch/standard.h>
