#pragma once
#include <basic/torch/frontend.h>
