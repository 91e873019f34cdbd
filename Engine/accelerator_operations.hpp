// What the parts of the accelerator compute with. It is one translation unit: basic_accelerator.cpp.

#pragma once

#include "basic_accelerator.h"

namespace {

// Given once, before anything is computed.
basic_accelerator_operations operations;

}  // namespace
