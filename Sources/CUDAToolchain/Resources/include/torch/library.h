#pragma once
#include <basic/torch/library.h>
