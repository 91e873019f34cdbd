// Tensors of the device as tensors of the CPU over the same memory, for the time of one operator's call.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/SmallVector.h>

#include <utility>

namespace virtual_cuda {

class Aliases {
 public:
  // The CPU's tensor that stands for one of the device; others are returned as they are.
  at::Tensor of(const at::Tensor &tensor);
  // What the operator made, as a tensor of the device: the one that it stands for, a view of one, or a new one.
  at::Tensor original(const at::Tensor &result);
  // After an operator changed this tensor of the device: takes over its sizes and memory where they changed, and says
  // that it was written.
  void wrote(const at::Tensor &tensor, bool marks = true);
  bool empty() const { return tensors_.empty(); }

 private:
  struct Pair {
    at::Tensor original, alias;
  };
  struct StoragePair {
    c10::Storage original, alias;
  };
  const c10::Storage &alias_of(const c10::Storage &storage);

  c10::SmallVector<Pair, 8> tensors_;
  c10::SmallVector<StoragePair, 8> storages_, made_;
};

// Says that the elements of a tensor in the device's memory were written, and no others.
void mark_written(const at::Tensor &tensor);

}  // namespace virtual_cuda
