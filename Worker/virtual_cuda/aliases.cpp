#include "aliases.h"

#include <ATen/core/TensorBase.h>
#include <c10/core/StorageImpl.h>

#include <algorithm>
#include <cstring>

#include "memory.h"
#include "runtime.h"

namespace virtual_cuda {
namespace {

const c10::Device device(c10::kCUDA, 0);

void release_storage(void *context) { delete static_cast<c10::Storage *>(context); }

void copy_layout(const at::Tensor &from, const at::Tensor &to) {
  auto *impl = to.unsafeGetTensorImpl();
  impl->set_sizes_and_strides(from.sizes(), from.strides(), from.storage_offset());
  if (from.is_conj()) impl->_set_conj(true);
  if (from.is_neg()) impl->_set_neg(true);
  if (from.unsafeGetTensorImpl()->is_wrapped_number()) impl->set_wrapped_number(true);
}

at::Tensor with_storage(const c10::Storage &storage, c10::DispatchKey key, const at::Tensor &like) {
  auto made = at::detail::make_tensor<c10::TensorImpl>(c10::Storage(storage), c10::DispatchKeySet(key), like.dtype());
  copy_layout(like, made);
  return made;
}

// A view is an inference tensor where its base is one, whatever the mode is now.
at::Tensor view_of(const at::Tensor &base, const at::Tensor &like) {
  auto keys = base.key_set() - c10::DispatchKeySet({c10::DispatchKey::Conjugate, c10::DispatchKey::Negative});
  auto made = at::detail::make_tensor<c10::TensorImpl>(c10::TensorImpl::VIEW, c10::Storage(base.storage()), keys, like.dtype());
  copy_layout(like, made);
  return made;
}

// The storage's memory, which its only owner gives away; a copy where it lies elsewhere.
c10::Storage moved_to_device(const c10::Storage &storage) {
  size_t bytes = storage.nbytes();
  c10::DataPtr data;
  if (is_device_memory(storage.data_ptr())) {
    data = as_device(storage.set_data_ptr(c10::DataPtr(nullptr, c10::Device(c10::kCPU))), device);
  } else {
    data = device_allocator()->allocate(bytes);
    if (bytes && storage.data()) std::memcpy(data.get(), storage.data(), bytes);
  }
  if (bytes) vgpu_tensor_written(data.get(), bytes);
  return c10::Storage(c10::make_intrusive<c10::StorageImpl>(c10::StorageImpl::use_byte_size_t(), bytes, std::move(data),
                                                            device_allocator(), /*resizable=*/true));
}

}  // namespace

const c10::Storage &Aliases::alias_of(const c10::Storage &storage) {
  for (auto &pair : storages_)
    if (pair.original.unsafeGetStorageImpl() == storage.unsafeGetStorageImpl()) return pair.alias;
  // The alias keeps the memory alive, in case an operator keeps the alias.
  c10::DataPtr data(const_cast<void *>(storage.data()), new c10::Storage(storage), &release_storage, c10::Device(c10::kCPU));
  auto impl = c10::make_intrusive<c10::StorageImpl>(c10::StorageImpl::use_byte_size_t(), storage.nbytes(), std::move(data),
                                                    host_view_allocator(), /*resizable=*/true);
  storages_.push_back({storage, c10::Storage(std::move(impl))});
  return storages_.back().alias;
}

at::Tensor Aliases::of(const at::Tensor &tensor) {
  if (!tensor.defined() || !tensor.is_cuda()) return tensor;
  if (tensor.layout() != c10::kStrided) unsupported("sparse tensors on the GPU");
  if (!tensor.has_storage()) unsupported("tensors without memory of their own (of a functional transform)");
  for (auto &pair : tensors_)
    if (pair.original.is_same(tensor)) return pair.alias;
  at::Tensor alias = with_storage(alias_of(tensor.storage()), c10::DispatchKey::CPU, tensor);
  tensors_.push_back({tensor, alias});
  return alias;
}

at::Tensor Aliases::original(const at::Tensor &result) {
  if (!result.defined() || !result.device().is_cpu()) return result;
  for (auto &pair : tensors_)
    if (pair.alias.is_same(result)) return pair.original;
  if (result.unsafeGetTensorImpl()->is_nested()) unsupported("nested tensors on the GPU");
  if (result.layout() != c10::kStrided) unsupported("sparse tensors on the GPU");
  auto *storage = result.storage().unsafeGetStorageImpl();
  for (auto &pair : tensors_)
    if (pair.alias.storage().unsafeGetStorageImpl() == storage) return view_of(pair.original, result);
  for (auto &pair : made_)
    if (pair.alias.unsafeGetStorageImpl() == storage) return with_storage(pair.original, c10::DispatchKey::CUDA, result);
  made_.push_back({moved_to_device(result.storage()), result.storage()});
  return with_storage(made_.back().original, c10::DispatchKey::CUDA, result);
}

void Aliases::wrote(const at::Tensor &tensor, bool marks) {
  for (auto &pair : tensors_) {
    if (!pair.original.is_same(tensor)) continue;
    const c10::Storage &now = pair.alias.storage();
    StoragePair *before = nullptr;
    for (auto &storage : storages_)
      if (storage.original.unsafeGetStorageImpl() == tensor.storage().unsafeGetStorageImpl()) before = &storage;
    if (before && before->alias.unsafeGetStorageImpl() != now.unsafeGetStorageImpl()) {
      // Another storage altogether, as `set_` gives it.
      tensor.unsafeGetTensorImpl()->set_storage_keep_dtype(original(pair.alias).storage());
    } else if (before && now.data() != before->original.data()) {
      size_t old_bytes = before->original.nbytes(), bytes = now.nbytes();
      c10::DataPtr data;
      if (is_device_memory(now.data_ptr())) {
        data = as_device(now.set_data_ptr(c10::DataPtr(nullptr, c10::Device(c10::kCPU))), device);
      } else {
        data = device_allocator()->allocate(bytes);
        if (bytes) std::memcpy(data.get(), now.data(), bytes);
      }
      if (bytes) vgpu_tensor_written(data.get(), std::min(bytes, old_bytes));
      before->original.set_data_ptr_noswap(std::move(data));
      before->original.set_nbytes(bytes);
      now.set_data_ptr_noswap({const_cast<void *>(before->original.data()), new c10::Storage(before->original), &release_storage,
                               c10::Device(c10::kCPU)});
    } else if (before && now.nbytes() != before->original.nbytes()) {
      before->original.set_nbytes(now.nbytes());
    }
    if (tensor.sizes() != pair.alias.sizes() || tensor.strides() != pair.alias.strides() ||
        tensor.storage_offset() != pair.alias.storage_offset())
      tensor.unsafeGetTensorImpl()->set_sizes_and_strides(pair.alias.sizes(), pair.alias.strides(), pair.alias.storage_offset());
    if (tensor.is_conj() != pair.alias.is_conj()) tensor.unsafeGetTensorImpl()->_set_conj(pair.alias.is_conj());
    if (tensor.is_neg() != pair.alias.is_neg()) tensor.unsafeGetTensorImpl()->_set_neg(pair.alias.is_neg());
    if (marks) mark_written(tensor);
    return;
  }
}

void mark_written(const at::Tensor &tensor) {
  if (!tensor.defined() || !tensor.has_storage() || !tensor.numel() || !vgpu_tensor_checks()) return;
  auto *start = static_cast<uint8_t *>(const_cast<void *>(tensor.storage().data()));
  if (!start) return;
  int64_t size = static_cast<int64_t>(tensor.itemsize());
  start += tensor.storage_offset() * size;
  // Dimensions from the innermost outwards join into one run for as long as they follow each other without a gap.
  c10::SmallVector<std::pair<int64_t, int64_t>, 8> dimensions;
  for (int64_t i = 0; i < tensor.dim(); i++)
    if (tensor.size(i) > 1 && tensor.stride(i) != 0) dimensions.push_back({tensor.stride(i), tensor.size(i)});
  std::sort(dimensions.begin(), dimensions.end());
  int64_t run = 1;
  size_t next = 0;
  while (next < dimensions.size() && dimensions[next].first <= run) {
    run = dimensions[next].first * (dimensions[next].second - 1) + run;
    next++;
  }
  c10::SmallVector<int64_t, 8> index(dimensions.size() - next, 0);
  for (;;) {
    int64_t offset = 0;
    for (size_t i = 0; i < index.size(); i++) offset += index[i] * dimensions[next + i].first;
    vgpu_tensor_written(start + offset * size, static_cast<uint64_t>(run * size));
    size_t i = 0;
    for (; i < index.size(); i++) {
      if (++index[i] < dimensions[next + i].second) break;
      index[i] = 0;
    }
    if (i == index.size()) break;
  }
}

}  // namespace virtual_cuda
