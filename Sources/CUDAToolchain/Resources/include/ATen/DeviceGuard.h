#pragma once
#include <basic/torch/device_guard.h>
