#pragma once
#include <basic/torch/dispatch.h>
