#pragma once
#include <basic/torch/functions.h>
