#define TILE 32
#include "tiled.cuh"
