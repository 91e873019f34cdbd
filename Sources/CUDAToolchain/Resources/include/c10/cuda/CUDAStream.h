#pragma once
#include <basic/torch/streams.h>
