#define TILE 16
#include "tiled.cuh"
